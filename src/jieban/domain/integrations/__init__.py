"""What holds for other systems that are told of what happens here."""
