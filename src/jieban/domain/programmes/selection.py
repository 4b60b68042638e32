"""Who is chosen: published figures and criteria in, one reproducible list out."""

from enum import StrEnum


class Standing(StrEnum):
    """Where a place stands on the list."""

    CHOSEN = "chosen"
    BY_HAND = "by_hand"
    IN_LOT = "in_lot"
    NEXT = "next"
    OTHER = "other"


SENT = (Standing.CHOSEN, Standing.BY_HAND)
"""The places somebody is sent to."""
