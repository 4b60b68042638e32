"""Every read of letters, their batches and their public tables."""
