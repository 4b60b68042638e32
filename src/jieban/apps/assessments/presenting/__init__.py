"""Figures dressed for pages: labels, positions on a scale, sentences. Nothing is measured here."""
