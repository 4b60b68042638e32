"""What is said of a letter: its plain values, its row of the public table, what belongs with it."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q

from jieban.apps.letters.models import Batch, Letter, Link
from jieban.apps.letters.selectors.seeing import letters_visible_to
from jieban.domain.actors import Actor
from jieban.domain.rectification import letters as rules
from jieban.sealing import sealer_of

COLUMNS = (
    "position",
    "number",
    "public_text",
    "area",
    "types",
    "finding",
    "verdict",
    "goal",
    "action",
    "state",
    "accountability",
)
"""Columns of the public table, in their order."""
TEXTS = ("public_text", "area_text", "finding", "goal", "action", "told_accountability")
MOST_COMPARED = 400
MOST_ALIKE = 5


def plain(letter: Letter, joint: Sequence[str] | None = None) -> dict[str, Any]:
    """Every value that is told when a letter is entered or changed, as an event holds it.

    `joint` are the codes of its joint units, where the caller has them.
    """
    if joint is None:
        joint = [each.unit.code for each in letter.joint.all()]
    return {
        "batch": letter.batch.number,
        "position": letter.position,
        "channel": letter.channel,
        "unusual": letter.unusual,
        "digest": letter.digest,
        **{name: getattr(letter, name) for name in TEXTS},
        "area": letter.area.code if letter.area else "",
        "types": list(letter.types),
        "focus": letter.focus,
        "verdict": letter.verdict,
        "state": letter.state,
        "said_state": letter.said_state,
        "lead": letter.lead.code if letter.lead else "",
        "joint": list(joint),
        "due_on": letter.due_on.isoformat(),
        "extra": dict(letter.extra),
        "by_file": letter.by_file,
    }


def original_of(letter: Letter) -> str:
    """The original text in clear; "" where it is not kept."""
    if letter.sealed is None:
        return ""
    return sealer_of(settings.HOME.keys).open(letter.sealed).decode()


def accountability_of(letter: Letter) -> str:
    """How the public table prints who was dealt with; struck lines are not read."""
    rows = [
        rules.Accountability(each.kind, each.people, each.unit, each.on, each.text)
        for each in letter.accountability.all()
        if each.struck_at is None
    ]
    return rules.accountability_said(rows, letter.told_accountability)


def printed_row(letter: Letter) -> dict[str, Any]:
    """The letter's row of the public table. Give it with batch, area and accountability."""
    return {
        "position": letter.position,
        "number": letter.number,
        "focus": letter.focus,
        "public_text": letter.public_text,
        "area": letter.area_text or (letter.area.name if letter.area else ""),
        "types": rules.types_said(letter.types),
        "finding": letter.finding,
        "verdict": rules.VERDICT_WORDS[rules.Verdict(letter.verdict)] if letter.verdict else "",
        "goal": letter.goal,
        "action": letter.action,
        "state": rules.STATE_WORDS[rules.State(letter.state)],
        "accountability": accountability_of(letter),
    }


def content_of(batch: Batch) -> dict[str, Any]:
    """The public table of a batch as it stands now: every letter of it, in order."""
    found = (
        Letter.objects.filter(batch=batch)
        .select_related("area")
        .prefetch_related("accountability")
        .defer("sealed")
        .order_by("position", "id")
    )
    return {
        "round": batch.round.code,
        "batch": batch.number,
        "handed_on": batch.handed_on.isoformat(),
        "rows": [printed_row(each) for each in found],
    }


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of a table as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def changed_rows(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    """Numbers of the letters whose row is new or otherwise than before."""
    known = {row["number"]: row for row in before["rows"]} if before else {}
    return [row["number"] for row in after["rows"] if known.get(row["number"]) != row]


def links_of(actor: Actor, letter: Letter) -> list[dict[str, Any]]:
    """What the letter belongs with, told from either side; `letter` is there if it may be seen."""
    here = Q(letter=letter) | Q(letter__round=letter.round_id, other=letter.number)
    found = Link.objects.filter(here, ended_at=None).select_related("letter")
    told: list[dict[str, Any]] = []
    for link in found:
        own = link.letter_id == letter.pk
        told.append({"link": link, "own": own, "number": link.other if own else link.letter.number})
    numbers = [each["number"] for each in told if each["link"].kind != "task"]
    seen = _by_number(
        letters_visible_to(actor).filter(number__in=numbers).select_related("round"), letter
    )
    for each in told:
        each["letter"] = seen.get(each["number"])
    return told


def mentioned(letter: Letter) -> list[tuple[str, str]]:
    """Other letters that its texts name and that it is not linked with: (number, kind)."""
    text = "\n".join((letter.public_text, letter.finding, letter.action))
    named = rules.mentions(text, letter.number)
    if not named:
        return []
    linked = set(Link.objects.filter(letter=letter, ended_at=None).values_list("other", flat=True))
    return [each for each in named if each[0] not in linked]


def alike(actor: Actor, letter: Letter) -> list[dict[str, Any]]:
    """Letters of the same area that read much alike, likeliest first, which nobody linked yet."""
    own = rules.pairs_of_signs(letter.public_text)
    if not own:
        return []
    found = letters_visible_to(actor).exclude(pk=letter.pk)
    if letter.area_id is not None:
        found = found.filter(area=letter.area_id)
    else:
        found = found.filter(round=letter.round_id, area_text=letter.area_text)
    told = {each["number"] for each in links_of(actor, letter)}
    # Round and number are all that a link to it needs; the newest are likeliest to repeat it.
    rows = found.order_by("-id").values("round__code", "number", "public_text", "state")
    likely = []
    for row in rows[:MOST_COMPARED]:
        if row["number"] in told:
            continue
        share = rules.likeness(own, rules.pairs_of_signs(row["public_text"]))
        if share >= rules.LIKE:
            likely.append((share, row))
    likely.sort(key=lambda each: -each[0])
    return [{"round": row["round__code"], **row} for _, row in likely[:MOST_ALIKE]]


def _by_number(found: Iterable[Letter], near: Letter) -> dict[str, Letter]:
    """Letters by number; of several rounds' letters of one number the one of the same round."""
    known: dict[str, Letter] = {}
    for each in found:
        if each.number not in known or each.round_id == near.round_id:
            known[each.number] = each
    return known


def said_columns(rows: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Rows of the public table as lines of cells; the mark ★ stands by letters in focus."""
    return [
        [
            f"{row['number']}★" if name == "number" and row.get("focus") else str(row[name])
            for name in COLUMNS
        ]
        for row in rows
    ]
