"""Which column of a source says what, and in which words?

A profile is a TOML file: a source's name and zone, the headings under which each field may
stand, the words of its yes/no and satisfaction columns, what is personal and what happens
to it. The shipped ones lie in `tables/profiles/`; an installation adds its own in
`HOME/profiles/`, most often `like = "beijing-district"` with the few keys that differ.
Headings and words are compared after `plain`: width, case and white space do not matter.
The shipped Chinese headings were seen in exports of Beijing district platforms.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jieban.domain.directory.names import UNKNOWN_WORDS
from jieban.domain.errors import Refused
from jieban.domain.rulebook.grounds import GROUND_DIGITS

DEFAULT_PROFILE = "beijing-district"
LONGEST_HEADING = 100
# A source's name is part of the key of each of its rows.
LONGEST_SOURCE = 32
# Columns that the workbook of rejected rows adds; on the way back in they say nothing.
REJECT_HEADINGS = ("原行号", "原工作表", "退回列", "退回值", "退回原因")

# Fields that are counted, shown and compared; every one of them is a column of a fact.
OPEN_FIELDS = (
    "number",
    "kind",
    "role",
    "unit",
    "street",
    "community",
    "category",
    "category_1",
    "category_2",
    "category_3",
    "channel",
    "received_at",
    "closed_at",
    "due_at",
    "cancelled_at",
    "excluded",
    "ground",
    "contacted",
    "valid",
    "resolved",
    "satisfaction",
    "held",
    "returns",
    "passes",
    "status",
)
# Fields about a resident, or in which one may be named: sealed, or dropped if the profile says so.
PRIVATE_FIELDS = (
    "name",
    "phone",
    "title",
    "content",
    "address",
    "spot",
    "company",
    "reply",
    "result",
    "district",
    "labels",
)
FIELDS = OPEN_FIELDS + PRIVATE_FIELDS
ROLES = ("lead", "dual", "joint", "transfer")
SATISFACTIONS = ("satisfied", "mostly_satisfied", "neutral", "dissatisfied")
KINDS = ("enquiry",)
KEY_FIELDS = ("number", "unit", "role")
HELD = "held"

_SPACE_OR_INVISIBLE = re.compile("[\\s\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)
_MARKS = re.compile(r"^\*+|(\*+|\((必填|选填|必填项|required)\)|[::])+$")


def plain(text: str) -> str:
    """`text` for comparison: NFKC, no white space or invisible signs, no case."""
    if not (text.isascii() and text.isalnum()):
        text = _SPACE_OR_INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.casefold()


@lru_cache(maxsize=10_000)
def plain_heading(text: str) -> str:
    """A heading for comparison: as `plain`, without the marks of a form (*, 必填, colon).

    A text too long for a heading is only cut: it can equal none.
    """
    if len(text) > LONGEST_HEADING:
        return text[:LONGEST_HEADING]
    return _MARKS.sub("", plain(text))


@dataclass(frozen=True)
class Profile:
    """How one source's exports are read. `columns` maps a field to its headings, best first.

    `words` maps a field to {code: words}; `digest` is over everything that can change
    what is read, so that an import's record says which mapping it used.
    """

    name: str
    title: Mapping[str, str]
    source: str
    zone: str
    generated: bool
    nested: bool
    key: tuple[str, ...]
    required: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    ignored: tuple[str, ...]
    words: Mapping[str, Mapping[str, tuple[str, ...]]]
    unknown: frozenset[str]
    unknown_beginnings: tuple[str, ...]
    dropped: frozenset[str]
    drop_unknown_columns: bool
    times: tuple[str, ...]
    no_time: frozenset[str]
    due_is_a_day: bool
    digest: str

    @cached_property
    def _fields_by_heading(self) -> dict[str, tuple[str, int]]:
        return {
            plain_heading(alias): (field, rank)
            for field, aliases in self.columns.items()
            for rank, alias in enumerate(aliases)
        }

    @cached_property
    def _ignored_headings(self) -> frozenset[str]:
        return frozenset(map(plain_heading, (*self.ignored, *REJECT_HEADINGS)))

    def field_of(self, heading: str) -> tuple[str, int] | None:
        """The field a heading stands for and its rank among the field's aliases (0 is best)."""
        return self._fields_by_heading.get(plain_heading(heading))

    def ignores(self, heading: str) -> bool:
        """True for columns that say nothing about the case, such as 序号."""
        return plain_heading(heading) in self._ignored_headings

    def columns_of(self, headings: Sequence[str]) -> dict[str, int]:
        """Field -> index of its column. Of several aliases the first of the list wins;
        of the same alias twice, the leftmost.
        """
        best: dict[str, tuple[int, int]] = {}
        for index, heading in enumerate(headings):
            found = self.field_of(heading)
            if found is None:
                continue
            field, rank = found
            if field not in best or rank < best[field][0]:
                best[field] = (rank, index)
        return {field: index for field, (_, index) in best.items()}

    def codes(self, field: str) -> dict[str, str]:
        """Plain word -> code of one field."""
        return {
            plain(word): code for code, words in self.words.get(field, {}).items() for word in words
        }

    @property
    def wanted(self) -> list[str]:
        """The headings a table must have, each field with its aliases."""
        return ["/".join(self.columns[field]) for field in self.required]


# --- the schema ---------------------------------------------------------------------------


@dataclass(frozen=True)
class _Key:
    fits: Callable[[Any], bool]
    allowed: str


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_short_text(value: Any) -> bool:
    return _is_text(value) and len(value) <= LONGEST_SOURCE


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _is_zone(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _list_from(choices: Sequence[str], least: int = 0) -> _Key:
    return _Key(
        lambda value: _texts(value) and len(value) >= least and set(value) <= set(choices),
        "list of 取自列表: " + " | ".join(choices),
    )


_TEXT = _Key(_is_text, "text 文字")
_TEXTS = _Key(_texts, '["…", "…"]')
_BOOLEAN = _Key(lambda value: isinstance(value, bool), "true | false")
_KEYS: dict[str, _Key] = {
    "name": _Key(
        lambda value: isinstance(value, str) and bool(_NAME.fullmatch(value)), "a-z 0-9 -"
    ),
    "title.zh": _TEXT,
    "title.en": _TEXT,
    "source": _Key(_is_short_text, f"text of at most {LONGEST_SOURCE} characters 文字"),
    "zone": _Key(_is_zone, "Asia/Shanghai | IANA"),
    "generated": _BOOLEAN,
    "nested": _BOOLEAN,
    "due_is_a_day": _BOOLEAN,
    "drop_unknown_columns": _BOOLEAN,
    "like": _TEXT,
    "key": _list_from(KEY_FIELDS, least=1),
    "required": _list_from(OPEN_FIELDS, least=1),
    "dropped": _list_from(PRIVATE_FIELDS),
    "ignored": _TEXTS,
    "unknown": _TEXTS,
    "unknown_beginnings": _TEXTS,
    "times": _TEXTS,
    "no_time": _TEXTS,
    **{f"columns.{field}": _TEXTS for field in FIELDS},
    **{f"words.yes_no.{code}": _TEXTS for code in ("yes", "no")},
    **{f"words.satisfaction.{code}": _TEXTS for code in SATISFACTIONS},
    **{f"words.role.{code}": _TEXTS for code in ROLES},
    **{f"words.kind.{code}": _TEXTS for code in KINDS},
    **{f"words.ground.{code}": _TEXTS for code in GROUND_DIGITS},
    **{f"words.status.{code}": _TEXTS for code in (HELD, *GROUND_DIGITS)},
}
_NEEDED = (
    "name",
    "title.zh",
    "title.en",
    "source",
    "zone",
    "columns.number",
    "columns.received_at",
)
_DEFAULTS: dict[str, Any] = {
    "generated": False,
    "nested": True,
    "due_is_a_day": False,
    "drop_unknown_columns": False,
    "key": ["number", "unit", "role"],
    "required": ["number", "received_at"],
    "dropped": [],
    "ignored": [],
    "unknown": sorted(UNKNOWN_WORDS),
    "unknown_beginnings": [],
    "times": [],
    "no_time": [],
}


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat


def _problems(flat: Mapping[str, Any]) -> list[str]:
    found = []
    for key, value in flat.items():
        if key not in _KEYS:
            near = [known for known in _KEYS if known.rpartition(".")[0] == key.rpartition(".")[0]]
            names = " | ".join(known.rpartition(".")[2] for known in near) or " | ".join(_KEYS)
            found.append(f"{key}: unknown key 未知的键 ({names})")
        elif not _KEYS[key].fits(value):
            found.append(f"{key} = {value!r}: {_KEYS[key].allowed}")
    found += [f"{key}: missing 缺少 ({_KEYS[key].allowed})" for key in _NEEDED if key not in flat]
    return found or [*_clashes(flat), *_unreachable(flat)]


def _clashes(flat: Mapping[str, Any]) -> list[str]:
    """A heading, or a word of one field, that would mean two things."""
    seen: dict[tuple[str, str], str] = {}
    found = []
    for key, value in flat.items():
        group = key.rpartition(".")[0]
        if group != "columns" and not group.startswith("words."):
            continue
        tidy = plain_heading if group == "columns" else plain
        for word in value:
            other = seen.setdefault((group, tidy(word)), key)
            if other != key:
                found.append(f"{key}: {word!r} also stands in 又见于 {other}")
    return found


def _unreachable(flat: Mapping[str, Any]) -> list[str]:
    return [
        f"required: {field} has no columns 没有对应的列 (columns.{field})"
        for field in flat.get("required", _DEFAULTS["required"])
        if not flat.get(f"columns.{field}")
    ]


# --- loading ------------------------------------------------------------------------------


def _read_toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise Refused("profile.not_toml", name=name, problem=str(problem)) from None


def _read_path(path: Path) -> dict[str, Any]:
    try:
        return _read_toml(path.read_text(encoding="utf-8-sig"), path.name)
    except OSError as problem:
        raise Refused("file.unreadable", name=path.name, problem=problem.strerror) from None
    except UnicodeDecodeError as problem:
        raise Refused("profile.not_toml", name=path.name, problem=str(problem)) from None


@lru_cache(maxsize=1)
def _shipped() -> dict[str, dict[str, Any]]:
    folder = files("jieban.tables") / "profiles"
    entries = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")),
        # The default first: of two profiles that fit a table equally well the earlier is taken.
        key=lambda entry: (entry.name != f"{DEFAULT_PROFILE}.toml", entry.name),
    )
    return {
        entry.name.removesuffix(".toml"): _read_toml(entry.read_text(encoding="utf-8"), entry.name)
        for entry in entries
    }


def _written(extra: Path | None) -> dict[str, dict[str, Any]]:
    """Every profile as written, by name; one of the installation replaces a shipped one."""
    written = dict(_shipped())
    if extra is not None and extra.is_dir():
        for path in sorted(extra.glob("*.toml")):
            table = _read_path(path)
            written[str(table.get("name") or path.stem)] = table
    return written


def _with_parent(
    table: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], label: str
) -> dict[str, Any]:
    """The keys of `table` over those of the profile it is `like`, and so on upwards."""
    flat = _flat(table)
    seen = [label]
    parent = flat.pop("like", None)
    while parent is not None:
        if parent not in known or parent in seen:
            names = " | ".join(name for name in known if name not in seen)
            problem = f"like = {parent!r}: {names}"
            raise Refused("profile.invalid", name=label, count=1, problems=[problem])
        seen.append(parent)
        above = _flat(known[parent])
        flat = {**above, **flat}
        parent = above.get("like")
        flat.pop("like", None)
    return flat


def _build(table: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], label: str) -> Profile:
    flat = _with_parent(table, known, label)
    problems = _problems(flat)
    if problems:
        raise Refused("profile.invalid", name=label, count=len(problems), problems=problems)
    full = {**_DEFAULTS, **flat}
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    for key, value in full.items():
        if key.startswith("words."):
            _, field, code = key.split(".")
            words.setdefault(field, {})[code] = tuple(value)
    return Profile(
        name=full["name"],
        title={"zh": full["title.zh"], "en": full["title.en"]},
        source=full["source"],
        zone=full["zone"],
        generated=full["generated"],
        nested=full["nested"],
        key=tuple(full["key"]),
        required=tuple(full["required"]),
        columns={
            field: tuple(full[f"columns.{field}"])
            for field in FIELDS
            if full.get(f"columns.{field}")
        },
        ignored=tuple(full["ignored"]),
        words=words,
        unknown=frozenset(plain(word) for word in full["unknown"]),
        unknown_beginnings=tuple(plain(word) for word in full["unknown_beginnings"]),
        dropped=frozenset(full["dropped"]),
        drop_unknown_columns=full["drop_unknown_columns"],
        times=tuple(full["times"]),
        no_time=frozenset(plain(word) for word in full["no_time"]),
        due_is_a_day=full["due_is_a_day"],
        digest=hashlib.sha256(
            json.dumps(full, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest(),
    )


def load_profiles(extra: Path | None = None) -> dict[str, Profile]:
    """Every profile by name, the default first; `extra` is an installation's own folder.

    Raises:
        Refused "profile.invalid", "profile.not_toml": a file in `extra` breaks the schema.
    """
    known = _written(extra)
    return {name: _build(table, known, name) for name, table in known.items()}


def get_profile(name_or_path: str, extra: Path | None = None) -> Profile:
    """The profile of that name, or the one in that TOML file.

    Raises:
        Refused "profile.unknown", "profile.invalid", "profile.not_toml".
    """
    known = _written(extra)
    if name_or_path in known:
        return _build(known[name_or_path], known, name_or_path)
    path = Path(name_or_path)
    if path.suffix == ".toml" or path.is_file():
        if not path.is_file():
            raise Refused("file.missing", name=name_or_path)
        return _build(_read_path(path), known, path.name)
    raise Refused("profile.unknown", name=name_or_path, known=list(known))


def choose_profile(header: Sequence[str], extra: Path | None = None) -> Profile:
    """The profile that knows most of these headings and has all it requires among them.

    A tie goes to the default, then to the shipped ones by name. Profiles of generated
    sources are never chosen by themselves: that a source is invented must be said.

    Raises:
        Refused "file.no_profile": none fits; says which columns each one looked for.
    """
    profiles = candidates(extra)
    fits = [
        (len(columns), profile)
        for profile in profiles
        if set(profile.required) <= (columns := profile.columns_of(header)).keys()
    ]
    if not fits:
        raise no_profile("", profiles, list(header))
    return max(fits, key=lambda pair: pair[0])[1]


def candidates(extra: Path | None) -> list[Profile]:
    """The profiles that may be chosen from a heading alone, in order of preference."""
    return [profile for profile in load_profiles(extra).values() if not profile.generated]


def no_profile(name: str, profiles: Sequence[Profile], seen: Sequence[str]) -> Refused:
    """The refusal that says what every profile looked for and what was there instead."""
    wanted = [f"{profile.name}: {' + '.join(profile.wanted)}" for profile in profiles]
    return Refused("file.no_profile", name=name, wanted=wanted, seen=list(seen))
