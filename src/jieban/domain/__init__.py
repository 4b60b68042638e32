"""What is right: rules in plain Python; the standard library only, no clock, no database."""
