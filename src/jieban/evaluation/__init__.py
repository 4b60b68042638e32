"""What the numbers are: facts and a rulebook in, tables and a manifest out; no Django."""
