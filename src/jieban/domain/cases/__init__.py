"""What is right in a case's life: its states and moves, and the requests beside them."""
