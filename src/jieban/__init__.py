"""Jieban 接办: complaints handled as they come, and evaluation that opens down to its rows."""
