"""From a run to an official figure: review, appeal window, publication; and appeals."""
