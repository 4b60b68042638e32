"""Areas and units: names, kinds, trees, aliases, populations, validity."""
