"""SQLite as Django's backend, with its writers in one queue (docs/adr/0023)."""
