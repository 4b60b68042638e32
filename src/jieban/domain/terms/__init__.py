"""Terms 任期 of officials sent to a community: their states, their clock, what each act demands."""
