"""Writes the reference pages out of the code: `python tools/reference.py [--check]`.

Pages go to docs/{zh,en}/reference. What the code says once (words, columns, kinds, refusals,
keys, commands) is taken from it; what only a reader needs (one sentence on a key, a setting)
stands in docs/reference.toml, and the Chinese of commands in the program's own catalogue. A
thing the code has and nothing explains stops the program with its name, so nothing public
stays undocumented. `--check` writes nothing and names the pages that are not current.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LANGUAGES = ("zh", "en")
MADE_BY = {
    "zh": "<!-- 由 tools/reference.py 生成，请勿手改。 -->",
    "en": "<!-- Made by tools/reference.py; do not edit. -->",
}
_SETTING = re.compile(r"JIEBAN_[A-Z][A-Z_]*[A-Z]")
_CHINESE = re.compile("[\u4e00-\u9fff]")
_FOLDER = """\
```
manifest.json                 names, digests, sources, time zones
areas-<digest>.parquet        units-<digest>.parquet
parts/2026-05-<digest>.parquet …   one calendar month of received_at (UTC) each
```"""


class Undocumented(Exception):
    """Something public that no sentence explains."""


@cache
def sentences() -> dict[str, Any]:
    return tomllib.loads((DOCS / "reference.toml").read_text(encoding="utf-8"))


def entry(section: str, key: str) -> dict[str, Any]:
    """What docs/reference.toml says of one thing; a missing one names itself."""
    if key not in sentences()[section]:
        raise Undocumented(f"{section} {key}: add [{section}.{key}] to docs/reference.toml")
    found: dict[str, Any] = sentences()[section][key]
    return found


class Page:
    """One page being written in one language."""

    def __init__(self, name: str, language: str) -> None:
        self.name = name
        self.language = language
        self.chinese = language == "zh"
        self.lines = [f"# {self.text('title')}", ""]

    def text(self, key: str, **fields: object) -> Any:
        """A sentence (or list of heads) of this page."""
        found = sentences()["text"][self.name][key][self.language]
        return found.format(**fields) if fields else found

    def add(self, *paragraphs: str) -> None:
        for paragraph in paragraphs:
            self.lines += [paragraph, ""]

    def section(self, title: str, depth: int = 2) -> None:
        self.add(f"{'#' * depth} {title}")

    def table(self, heads: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
        """A table; a bar or a line break inside a cell would end it."""
        listed = list(heads)
        lines = [f"| {' | '.join(listed)} |", "|" + "---|" * len(listed)]
        for row in rows:
            cells = [str(cell).replace("|", "\\|").replace("\n", " ") for cell in row]
            lines.append(f"| {' | '.join(cells)} |")
        self.add("\n".join(lines))


def code(text: object) -> str:
    return f"`{text}`" if text not in (None, "") else ""


# --- words and figures --------------------------------------------------------------------


def words(page: Page) -> None:
    from jieban.domain.words import glossary

    page.add(page.text("intro"))
    rows = [
        [code(name), word["zh"], word["en"], word.get("meaning", "")]
        for name, word in glossary().items()
    ]
    page.table(page.text("heads"), rows)


def measures(page: Page) -> None:
    from jieban.evaluation.measures import COUNTS, RATES

    page.add(page.text("intro"))
    rows = []
    for name in dict.fromkeys(name.removeprefix("raw_") for name in [*COUNTS, *RATES]):
        said = entry("measure", name)
        title = entry("page", said["page"])[page.language]
        rows.append([code(name), said[page.language], f"[{title}]({said['page']}.md)"])
    page.table(page.text("heads"), rows)
    page.section(page.text("made"))
    made = [(name, said) for name, said in sentences()["page"].items() if said.get("made")]
    page.add("\n".join(f"- [{said[page.language]}]({name}.md)" for name, said in made))


def table(page: Page) -> None:
    from jieban.domain.rulebook.schema import load, shipped_names
    from jieban.evaluation.tables import heads_of

    page.add(page.text("intro"))
    printed = {name: heads_of("unit", load(name)) for name in shipped_names()}
    wanted = {head for heads in printed.values() for head in heads}
    wanted |= set(heads_of("street", load("beijing-district")))
    order = [*sentences()["head"], *sorted(wanted)]
    rows = []
    for head in sorted(wanted, key=order.index):
        said = entry("head", head)
        link = ""
        if said["page"]:
            link = f"[{entry('page', said['page'])[page.language]}](measures/{said['page']}.md)"
        rows.append([head, link] if page.chinese else [head, said["en"], link])
    page.table(page.text("heads"), rows)
    page.section(page.text("printed"))
    colon = "：" if page.chinese else ": "
    page.add("\n".join(f"- `{name}`{colon}{'、'.join(heads)}" for name, heads in printed.items()))


# --- rulebooks ----------------------------------------------------------------------------


def rulebook(page: Page) -> None:
    from jieban.domain.rulebook.grounds import GROUND_DIGITS
    from jieban.domain.rulebook.limits import ANSWER_KEYS
    from jieban.domain.rulebook.schema import GROUND_KEYS, KEYS, PART_KEYS, load, shipped_names

    shipped = [load(name) for name in shipped_names()]
    base = load("beijing-district")
    page.add(page.text("intro"))
    rows = [
        [
            code(key),
            code(declared.allowed),
            page.text("required" if declared.required else "optional"),
            code(_held(base.whole_table(), key)),
            entry("rulebook", key)[page.language],
        ]
        for key, declared in KEYS.items()
    ]
    like = entry("rulebook", "rulebook.like")[page.language]
    names = code(" | ".join(shipped_names()))
    rows.append([code("rulebook.like"), names, page.text("optional"), "", like])
    page.table(page.text("heads"), rows)
    for title, keys, section, intro in (
        ("score.parts", PART_KEYS, "part", "parts"),
        ("exclusions.grounds", GROUND_KEYS, "ground", "grounds"),
        ("limits.answer", ANSWER_KEYS, "answer", "answers"),
    ):
        page.section(f"`[[{title}]]`")
        page.add(page.text(intro))
        listed = [
            [code(key), code(declared.allowed), entry(section, key)[page.language]]
            for key, declared in keys.items()
        ]
        page.table(page.text("list_heads"), listed)
    granted = {ground.code: getattr(ground, page.language) for ground in base.grounds}
    page.section(page.text("codes"))
    page.add(page.text("codes_intro"))
    digits = [[code(name), digit, granted.get(name, "")] for name, digit in GROUND_DIGITS.items()]
    page.table(page.text("codes_heads"), digits)
    page.section(page.text("shipped"))
    titles = [
        [code(each.name), each.title_zh if page.chinese else each.title_en, each.source]
        for each in shipped
    ]
    page.table(page.text("shipped_heads"), titles)


def _held(content: Mapping[str, Any], key: str) -> object:
    """What a rulebook's content holds under a dotted key, as TOML writes it."""
    held: Any = content
    for step in key.split("."):
        held = held.get(step) if isinstance(held, dict) else None
    if isinstance(held, bool):
        return str(held).lower()
    return "" if held is None else held


# --- facts and the outcome code -----------------------------------------------------------


def facts(page: Page) -> None:
    from jieban.evaluation.facts import AREA_COLUMNS, COLUMNS, UNIT_COLUMNS

    page.add(page.text("intro"), _FOLDER, page.text("plain"))
    for title, columns in (("facts", COLUMNS), ("areas", AREA_COLUMNS), ("units", UNIT_COLUMNS)):
        page.section(page.text(title))
        rows = []
        for column in columns:
            is_place_kind = column.name == "kind" and columns is not COLUMNS
            said = entry("column", "place_kind" if is_place_kind else column.name)
            may = page.text("empty") if column.empty else ""
            may += page.text("absent") if column.extra else ""
            meaning = said["zh"] if page.chinese else column.meaning
            rows.append([code(column.name), code(column.type), may, meaning])
        page.table(page.text("heads"), rows)


def outcome(page: Page) -> None:
    from jieban.evaluation.outcome import ALPHABET, CODES, DIGITS, weights

    page.add(page.text("intro", codes=CODES, alphabet=ALPHABET))
    worth = weights()
    rows = []
    for digit in DIGITS:
        said = entry("digit", digit.name)
        meaning = said["zh"] if page.chinese else digit.meaning
        rows.append([code(digit.name), digit.size, worth[digit.name], meaning])
    page.table(page.text("heads"), rows)


# --- events, refusals, settings, profiles -------------------------------------------------


def events(page: Page) -> None:
    from jieban.apps.ledger.kinds import KINDS

    page.add(page.text("intro"))
    rows = [
        [code(kind.kind), getattr(kind, page.language), " ".join(map(code, sorted(kind.keys)))]
        for kind in KINDS.values()
    ]
    page.table(page.text("heads"), rows)


def refusals(page: Page) -> None:
    from jieban.domain.words import refusals as every_refusal

    page.add(page.text("intro"))
    rooms: dict[str, list[list[str]]] = {}
    for name, texts in sorted(every_refusal().items()):
        rooms.setdefault(name.partition(".")[0], []).append([code(name), texts[page.language]])
    for room, rows in rooms.items():
        page.section(room)
        page.table(page.text("heads"), rows)


def settings_in_code() -> list[str]:
    """Every JIEBAN_* name that the package mentions."""
    found: set[str] = set()
    for file in sorted((ROOT / "src").rglob("*.py")):
        found |= set(_SETTING.findall(file.read_text(encoding="utf-8")))
    return sorted(found)


def settings(page: Page) -> None:
    page.add(page.text("intro"))
    found = settings_in_code()
    for name in found:
        entry("setting", name)
    rows = [
        [code(name), code(said["default"]), said[page.language]]
        for name, said in sentences()["setting"].items()
        if name in found
    ]
    page.table(page.text("heads"), rows)


def profiles(page: Page) -> None:
    from jieban.tables.profiles import FIELDS, PRIVATE_FIELDS, load_profiles

    known = load_profiles()
    page.add(page.text("intro"))
    rows = [
        [
            code(profile.name),
            profile.title[page.language],
            code(profile.source),
            profile.zone,
            " + ".join(profile.key),
            " + ".join(profile.required),
        ]
        for profile in known.values()
    ]
    page.table(page.text("heads"), rows)
    for profile in known.values():
        page.section(profile.name)
        if profile.generated:
            page.add(page.text("generated"))
        if not profile.nested:
            page.add(page.text("crossing"))
        fields = [
            [code(field) + (" ●" if field in PRIVATE_FIELDS else ""), " / ".join(headings)]
            for field in FIELDS
            if (headings := profile.columns.get(field))
        ]
        page.table(page.text("field_heads"), fields)


# --- commands -----------------------------------------------------------------------------


def commands() -> dict[str, Any]:
    """Every command by its words, in the order of the program; nouns not there yet left out."""
    import click

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.site.settings")
    import django

    django.setup()
    from jieban.cli.main import NOUNS

    found: dict[str, Any] = {}
    for name, noun in NOUNS.items():
        if importlib.util.find_spec(noun.module) is None:
            continue
        command = getattr(importlib.import_module(noun.module), noun.name)
        if name == "evaluate":
            importlib.import_module("jieban.cli.publication").attach(command)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {verb}": each for verb, each in command.commands.items()}
    return found


def cli(page: Page) -> None:
    import click

    page.add("```\njieban [--home DIR] [--lang zh|en] [--as NAME] <noun> <verb> … [--json]\n```")
    page.add(page.text("intro"))
    for name, command in commands().items():
        page.section(f"jieban {name}", 3 if " " in name else 2)
        page.add(_in_language(page, f"command {name}", command.help or "").partition("\n\n")[0])
        if isinstance(command, click.Group):
            continue
        arguments = [each for each in command.params if isinstance(each, click.Argument)]
        options = [each for each in command.params if isinstance(each, click.Option)]
        usage = [f"jieban {name}", *map(_argument, arguments), *(["[OPTIONS]"] if options else [])]
        page.add(f"```\n{' '.join(usage)}\n```")
        if options:
            page.table(page.text("heads"), [_option(page, name, each) for each in options])


def _argument(argument: Any) -> str:
    return argument.human_readable_name.upper() + ("…" if argument.nargs == -1 else "")


def _option(page: Page, command: str, option: Any) -> list[str]:
    import click

    names = ", ".join([*option.opts, *option.secondary_opts])
    if isinstance(option.type, click.Choice):
        names += f" {'|'.join(map(str, option.type.choices))}"
    elif not option.is_flag:
        names += f" {option.metavar or option.type.name.split()[0].upper()}"
    said = [_in_language(page, f"option {command} {names}", option.help or "")]
    if option.required:
        said.append(page.text("required"))
    if option.show_default and option.default is not None:
        said.append(page.text("default", value=option.default))
    return [code(names), ("" if page.chinese else " ").join(filter(None, said))]


def _in_language(page: Page, what: str, english: str) -> str:
    """A help text as the program itself says it in the page's language."""
    from jieban.domain.words import speaking, translate

    cleaned = "\n".join(line.strip() for line in english.strip().split("\n"))
    if not page.chinese or not cleaned:
        return " ".join(cleaned.split())
    with speaking("zh"):
        said = translate(cleaned)
    if not _CHINESE.search(said):
        raise Undocumented(f"{what}: no Chinese in src/jieban/locale for “{cleaned}”")
    return " ".join(said.split())


# --- all of them --------------------------------------------------------------------------


def index(page: Page) -> None:
    page.add(page.text("intro"))
    shelves = ["cli", "settings", "table", "measures", "rulebook", "profiles"]
    shelves += ["facts", "outcome", "events", "refusals", "words"]
    links = []
    for name in shelves:
        title = sentences()["text"][name]["title"][page.language]
        if name == "measures":
            links.append(f"- [{page.text('measures')}](measures/README.md)")
        else:
            links.append(f"- [{title}]({name}.md)")
    page.add("\n".join(links))


PAGES: dict[str, Callable[[Page], None]] = {
    "README": index,
    "cli": cli,
    "events": events,
    "facts": facts,
    "measures": measures,
    "outcome": outcome,
    "profiles": profiles,
    "refusals": refusals,
    "rulebook": rulebook,
    "settings": settings,
    "table": table,
    "words": words,
}


def made() -> dict[Path, str]:
    """Every generated page: where it lies and what it says."""
    pages = {}
    for language in LANGUAGES:
        for name, write in PAGES.items():
            page = Page(name, language)
            write(page)
            file = "measures/README.md" if name == "measures" else f"{name}.md"
            text = "\n".join([MADE_BY[language], *page.lines]).rstrip() + "\n"
            pages[DOCS / language / "reference" / file] = text
    return pages


def stale(pages: Mapping[Path, str]) -> list[Path]:
    """The pages that are missing or say something else."""
    return [
        path
        for path, text in pages.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Write what is not current, or only name it; 1 if something is not as it should be."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["JIEBAN_HOME"] = home
        try:
            pages = made()
        except Undocumented as missing:
            print(missing, file=sys.stderr)
            return 1
    behind = stale(pages)
    for path in behind:
        print(path.relative_to(ROOT))
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(pages[path], encoding="utf-8")
    return 1 if behind and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
