"""督察整改: what an inspection found, what is done about it, and when it may count as done."""
