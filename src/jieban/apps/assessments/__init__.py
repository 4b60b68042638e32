"""Facts, runs, review, appeals and publication."""
