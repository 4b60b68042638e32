"""Every write of letters, their batches and their public tables."""

from jieban.apps.letters.services.deciding import (
    add_accountability,
    answer_letter,
    ask_closing,
    move_letter,
    open_in_clear,
    strike_accountability,
    turn_down,
)
from jieban.apps.letters.services.entering import (
    Said,
    change_batch,
    change_letter,
    enter_letter,
    open_batch,
)
from jieban.apps.letters.services.importing import import_letters
from jieban.apps.letters.services.keeping import bounds_of
from jieban.apps.letters.services.linking import end_link, link_letter
from jieban.apps.letters.services.publishing import printable, publish_batch

__all__ = [
    "Said",
    "add_accountability",
    "answer_letter",
    "ask_closing",
    "bounds_of",
    "change_batch",
    "change_letter",
    "end_link",
    "enter_letter",
    "import_letters",
    "link_letter",
    "move_letter",
    "open_batch",
    "open_in_clear",
    "printable",
    "publish_batch",
    "strike_accountability",
    "turn_down",
]
