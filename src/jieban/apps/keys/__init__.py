"""Keys of sealed data: what is sealed where, and how it comes under a new key."""
