"""回访: what a resident's answers mean, and what follows from them."""
