"""Cases brought in from a platform's exports, and what was later decided about them."""
