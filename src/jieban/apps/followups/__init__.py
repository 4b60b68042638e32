"""回访: a clerk of the district, never the handler, asks the resident how it went."""
