"""The evaluation against its oracle, the contract and figures worked out by hand."""
