"""What happened: Django apps, every one with the same rooms."""
