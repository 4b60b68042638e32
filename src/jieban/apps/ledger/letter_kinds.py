"""Kinds of events of letters handed over by inspections, and of their public tables."""

from jieban.apps.ledger.declaring import Kind

LETTER_KINDS: tuple[Kind, ...] = ()
