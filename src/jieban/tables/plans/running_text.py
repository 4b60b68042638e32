"""Plans as running text: a numbered problem, then 整改目标：… 整改措施：… 责任单位：… 完成时限：….

Also forms of two columns, a label beside its words. What stands between the last label of a task
and the first of the next holds the next problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jieban.domain.rectification.numerals import number_of
from jieban.tables.plans.drafts import Draft, Finishing, Step, numbered
from jieban.tables.plans.headings import HEADINGS, SINGLE, WRITTEN, field_of
from jieban.tables.plans.shapes import PlanFile, Remark
from jieban.tables.plans.words import NUMERAL, mark_at

_OPENING = ("serial", "problem", "title", "goal", "items")
"""Labels with which a task may begin."""
_LABELS = {
    word: name
    for name, words in HEADINGS.items()
    for word in words
    if name not in ("serial", "problem_serial", "note", "area", "place", "category", "role")
    and not word.isascii()
}
_WORDS = "|".join(sorted(map(re.escape, _LABELS), key=len, reverse=True))
_LABEL = re.compile(
    rf"[【\[（(]?(?P<label>{_WORDS})(?P<number>{NUMERAL})?[】\]）)]?\s*[：:]|"
    rf"^[【\[]?(?P<alone>{_WORDS})(?P<alone_number>{NUMERAL})?[】\]]?$"
)
_BEFORE = "。；;，,、】]）) \t\n\u3000"
_LONG = 4
"""Signs of a label that may stand inside a paragraph; shorter ones are words of any sentence."""

_HEADS = tuple(HEADINGS[name][0] for name in WRITTEN)


@dataclass
class Segment:
    """Words of one line: under a label, or without (`name` None)."""

    line: int
    name: str | None
    words: str
    label: str = ""
    number: int | None = None


def segments_of(line: int, text: str) -> Iterator[Segment]:
    """The parts of a paragraph, each with the label that stands before it."""
    for piece in text.replace("\r", "\n").replace("\v", "\n").split("\n"):
        yield from _segments(line, piece.strip())


def _segments(line: int, text: str) -> Iterator[Segment]:
    if not text:
        return
    mark = mark_at(text)
    begins = mark[2] if mark else 0
    begins += len(text[begins:]) - len(text[begins:].lstrip())
    found = [
        each for each in _LABEL.finditer(text, 0) if each["label"] and _counts(text, each, begins)
    ]
    alone = _LABEL.fullmatch(text[begins:])
    if not found and alone and alone["alone"] and len(alone["alone"]) >= _LONG:
        yield _labelled(line, alone["alone"], alone["alone_number"], "")
        return
    first = found[0].start() if found else len(text)
    before = text[:first].strip()
    if before and not (found and first <= begins):
        yield Segment(line, None, before)
    ends = [*(each.start() for each in found[1:]), len(text)]
    for each, end in zip(found, ends, strict=False):
        yield _labelled(line, each["label"], each["number"], text[each.end() : end].strip())


def _counts(text: str, label: re.Match[str], begins: int) -> bool:
    """Whether this is a label and not a word of a sentence, nor in brackets."""
    start = label.start()
    if start <= begins:
        return True
    inside = text[:start].count("（") + text[:start].count("(") > (
        text[:start].count("）") + text[:start].count(")")
    )
    return not inside and len(label["label"]) >= _LONG and text[start - 1] in _BEFORE


def _labelled(line: int, label: str, number: str | None, words: str) -> Segment:
    name = _LABELS[label]
    return Segment(line, name, words, label, number_of(number) if number else None)


def form_segments(lines: Iterable[tuple[int, Sequence[str]]]) -> list[Segment]:
    """The labels and words of a form of two columns (or two pairs of them), else nothing."""
    found: list[Segment] = []
    for line, texts in lines:
        filled = [text for text in texts if text]
        names = [field_of(text) for text in filled[::2]]
        if len(filled) % 2 or not all(names):
            if len(filled) == 2 and not names[0]:
                return []
            found += [Segment(line, None, text) for text in filled]
            continue
        found += [
            Segment(line, name, words, label)
            for name, label, words in zip(names, filled[::2], filled[1::2], strict=True)
        ]
    return found if any(each.name in ("goal", "items") for each in found) else []


@dataclass
class _Record:
    """One task while it is read; `filled` are fields that have a label."""

    draft: Draft
    filled: set[str] = field(default_factory=set)


class TextReader:
    """Reads the segments of one text."""

    def __init__(self, sheet: str, found: PlanFile, into: Finishing) -> None:
        self._sheet, self._found, self._into = sheet, found, into
        self._style, self._number = "", 0
        self._problem, self._section = "", ""
        self._problem_line: int | None = None
        self._serial: int | None = None
        self._part: Segment | None = None
        self._heads: Sequence[Segment] = []
        self._drafts: list[Draft] = []
        self._record: _Record | None = None

    def read(self, segments: Sequence[Segment]) -> bool:
        """Takes every segment; False, with nothing taken, where no task is in them."""
        labels = [place for place, each in enumerate(segments) if each.name]
        if not any(segments[place].name in ("goal", "items", "title") for place in labels):
            return False
        # A form of one label is a sentence that has a colon, unless it follows a numbered problem.
        above = segments[: labels[0]]
        if len({segments[place].name for place in labels}) < 2 and not (
            above and mark_at(above[-1].words)
        ):
            return False
        self._heading(segments[: labels[0]], first=True)
        for here, after in zip(labels, [*labels[1:], None], strict=True):
            label = segments[here]
            span = segments[here + 1 : after]
            self._take(label)
            opens = after is not None and self._opens(segments[after], span)
            rest = self._put(label, span, opens=opens)
            if opens:
                self._close()
                if rest:
                    self._heading(rest, first=False)
            else:
                self._note(rest)
        self._close()
        self._into.add_all(self._drafts)
        return True

    # --- labels ----------------------------------------------------------------------------

    def _opens(self, label: Segment, before: Sequence[Segment]) -> bool:
        """Whether a task begins with this label; `before` are the paragraphs above it."""
        if self._record is None:
            return False
        filled = self._record.filled
        if label.name not in _OPENING:
            return label.name in filled and bool(self._style) and bool(self._next_ones(before))
        if label.name == "serial":
            return bool(filled)
        if label.name in filled:
            return True
        if label.name == "items":
            return False
        if label.name == "problem":
            return bool(filled - {"serial"})
        # Units and a due date may stand before the goal of the same task.
        return "items" in filled or (
            bool(filled & {"due", "responsible", "lead"}) and bool(self._next_ones(before))
        )

    def _take(self, label: Segment) -> None:
        name = label.name or ""
        if self._record is None:
            line = label.line if self._problem_line is None else self._problem_line
            draft = Draft(self._sheet, line, {}, [], problem=self._problem)
            draft.serial, self._serial = self._serial, None
            self._problem_line = None
            if self._section:
                draft.extra["所属部分"] = self._section
                self._part = None
            self._record = _Record(draft)
        draft = self._record.draft
        self._record.filled.add(name)
        if name == "serial":
            numbered(draft, label.words, self._found)
        elif name == "problem":
            # A heading above it is no problem then.
            if self._heads and not self._found.title and not mark_at(self._heads[0].words):
                self._found.title = self._heads[0].words
                self._heads = self._heads[1:]
            self._note(self._heads)
            self._heads = []
            draft.problem = self._problem = label.words
            draft.serial = label.number or draft.serial
        elif name == "title" and label.number and draft.serial is None:
            draft.serial = label.number
            draft.add(name, label.words)
        elif name in ("leader", "note") or name == "problem_serial":
            draft.keep(label.label, label.words)
        else:
            draft.add(name, label.words)

    def _put(self, label: Segment, span: Sequence[Segment], *, opens: bool) -> Sequence[Segment]:
        """Adds the paragraphs that go on with the label; the others are given back."""
        record, name = self._record, label.name or ""
        if record is None or not span:
            return span
        draft = record.draft
        if name in SINGLE or name in ("serial", "leader", "note", "problem_serial"):
            taken = 0 if label.words else 1
            if taken:
                draft.add(name, span[0].words)
            rest = list(span[taken:])
            while rest and not opens and self._continues_items(draft, rest[0].words):
                draft.add("items", rest.pop(0).words)
            return rest
        end = self._heading_starts(label, span) if opens else len(span)
        words = "\n".join(each.words for each in span[:end])
        if name == "problem":
            draft.problem = self._problem = f"{draft.problem}\n{words}".strip()
        else:
            draft.add(name, words)
        return span[end:]

    def _continues_items(self, draft: Draft, words: str) -> bool:
        """Whether a numbered paragraph is the next measure, after one that had its own unit."""
        mark = mark_at(words)
        had = [mark_at(line) for line in draft.last("items").split("\n")]
        last = next((each for each in reversed(had) if each), None)
        return bool(mark and last and mark[0] == last[0] and mark[1] == last[1] + 1)

    def _heading_starts(self, label: Segment, span: Sequence[Segment]) -> int:
        """Where in these paragraphs the next problem begins; their number where it does not."""
        marks = [mark_at(each.words) for each in span]
        if not self._style:
            return len(span) - 1 if span and not marks[-1] else len(span)
        inner = mark_at(label.words) or next((mark for mark in marks if mark), None)
        places = self._next_ones(span)
        if not places:
            places = [
                place for place, mark in enumerate(marks) if mark and inner and mark[0] != inner[0]
            ][-1:]
        if not places:
            return len(span)
        alike = inner is not None and inner[0] == self._style
        place = places[-1] if alike else places[0]
        while place and _is_part(span[place - 1].words) and not alike:
            place -= 1
        return place

    def _next_ones(self, span: Sequence[Segment]) -> list[int]:
        """Paragraphs with the number that comes after that of the last problem."""
        wanted = (self._style, self._number + 1)
        marks = [mark_at(each.words) for each in span]
        return [place for place, mark in enumerate(marks) if mark and mark[:2] == wanted]

    # --- what stands between tasks ---------------------------------------------------------

    def _heading(self, span: Sequence[Segment], *, first: bool) -> None:
        """The problem out of the paragraphs before a task: from its number on."""
        start = self._problem_starts(span, first=first)
        above, own = span[:start], span[start:]
        if first and above and not self._found.title and not _is_part(above[0].words):
            self._found.title = above[0].words
            above = above[1:]
        for each in above:
            if _is_part(each.words):
                self._note([self._part] if self._part else [])
                self._section, self._part = each.words, each
            else:
                self._note([each])
        if not own:
            return
        self._heads = own
        mark = mark_at(own[0].words)
        if mark:
            self._style, self._number = mark[0], mark[1]
            self._serial = mark[1]
        words = own[0].words[mark[2] :].strip() if mark else own[0].words
        self._problem = "\n".join(filter(None, (words, *(each.words for each in own[1:]))))
        self._problem_line = own[0].line

    def _problem_starts(self, span: Sequence[Segment], *, first: bool) -> int:
        marks = [mark_at(each.words) for each in span]
        if self._style:
            same = [place for place, mark in enumerate(marks) if mark and mark[0] == self._style]
            if same:
                return same[-1]
        numbered_ = [place for place, mark in enumerate(marks) if mark]
        if numbered_:
            return numbered_[-1]
        return max(len(span) - 1, 0) if first else 0

    def _close(self) -> None:
        if self._record is None:
            return
        draft, self._record = self._record.draft, None
        self._heads = []
        draft.settle()
        cells = draft.cells
        draft.row = _as_line(draft)
        self._found.headings = self._found.headings or _HEADS
        draft.has_lead = bool(cells.get("lead"))
        draft.steps = [Step(cells.get("items", ""))]
        self._drafts.append(draft)

    def _note(self, segments: Iterable[Segment]) -> None:
        for each in segments:
            self._found.remarks.append(Remark(self._sheet, each.line, "plans.note", each.words))


def _as_line(draft: Draft) -> tuple[str, ...]:
    """The task as a line of a table, so that one sent back can be mended and comes in again."""
    said = {
        **draft.cells,
        "serial": str(draft.serial or draft.cells.get("serial", "")),
        "problem": draft.problem,
        "note": "\n".join(f"{name}：{text}" for name, text in draft.extra.items()),
    }
    return tuple(said.get(name, "") for name in WRITTEN)


def _is_part(words: str) -> bool:
    """Whether a paragraph heads a part of the plan: numbered, short, no sentence."""
    return bool(mark_at(words)) and len(words) <= 40 and not words.endswith(("。", "；"))
