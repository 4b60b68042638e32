"""Papers 文书: forms as PDF, made from plain values. Nothing here knows a database."""
