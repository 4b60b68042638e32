"""Choosing where officials are sent: who qualifies, in which order, what a lot decides."""
