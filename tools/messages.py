"""Sentences of the pages and commands: which lack Chinese, and the compiled catalogues.

    python tools/messages.py            compile every .po to .mo, list what is missing
    python tools/messages.py --write    also add what is missing to the .po files, empty

A source file belongs to the nearest folder above it that has a `locale`. Django reads all
catalogues as one, so a sentence of a page may stand in any of them; a command reads only
`jieban/locale`. Exit 1 if anything is missing.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
import polib
from django.conf import settings

ROOT = Path(__file__).resolve().parents[1] / "src" / "jieban"
LANGUAGE = "zh_Hans"
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "translate", "pgettext"}
_IN_TEMPLATE = re.compile(
    r"""(?:\b_|gettext)\(\s*(?:u)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*[,)]"""
)


@dataclass(frozen=True)
class Missing:
    """A sentence without Chinese: where it is used, and the catalogue it should stand in."""

    msgid: str
    used_in: Path
    catalogue: Path


def catalogues(root: Path = ROOT) -> dict[Path, Path]:
    """Folder -> its .po file."""
    return {
        file.parents[3]: file
        for file in sorted(root.rglob(f"locale/{LANGUAGE}/LC_MESSAGES/django.po"))
    }


def messages_in(file: Path) -> Iterator[str]:
    """Every msgid a file uses."""
    text = file.read_text(encoding="utf-8")
    yield from _of_python(text) if file.suffix == ".py" else _of_template(text)


def _of_python(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        first = node.args[0]
        if name in _CALLS and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def _of_template(text: str) -> Iterator[str]:
    from django.utils.translation.template import templatize

    for found in _IN_TEMPLATE.finditer(templatize(text)):
        yield ast.literal_eval(found[1])


def missing(root: Path = ROOT) -> list[Missing]:
    """Sentences that no catalogue they can be read from translates."""
    known = catalogues(root)
    said = {
        folder: {
            entry.msgid
            for entry in polib.pofile(str(po))
            if (entry.msgstr or any(entry.msgstr_plural.values())) and not entry.obsolete
        }
        for folder, po in known.items()
    }
    everywhere = set().union(*said.values()) if said else set()
    found: dict[tuple[Path, str], Missing] = {}
    for file in sorted([*root.rglob("*.py"), *root.rglob("*.html")]):
        home = next((folder for folder in file.parents if folder in known), None)
        if home is None:
            continue
        readable = said[home] if home == root and "cli" in file.parts else everywhere
        for msgid in messages_in(file):
            if msgid and msgid not in readable:
                found.setdefault((home, msgid), Missing(msgid, file, known[home]))
    return list(found.values())


def compile_all(root: Path = ROOT) -> int:
    """Write a .mo beside every .po; how many changed."""
    changed = 0
    for po in catalogues(root).values():
        content = polib.pofile(str(po)).to_binary()
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.read_bytes() != content:
            mo.write_bytes(content)
            changed += 1
    return changed


def _write(lacking: list[Missing]) -> None:
    for path in {each.catalogue for each in lacking}:
        po = polib.pofile(str(path), wrapwidth=100)
        known = {entry.msgid for entry in po}
        for each in lacking:
            if each.catalogue == path and each.msgid not in known:
                where = str(each.used_in.relative_to(ROOT))
                po.append(polib.POEntry(msgid=each.msgid, msgstr="", comment=where))
        po.save(str(path))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    if not settings.configured:
        settings.configure(USE_I18N=True)
        django.setup()
    changed = compile_all()
    lacking = missing()
    for each in lacking:
        print(f"{each.used_in.relative_to(ROOT)}: {each.msgid}")
    if asked.write:
        _write(lacking)
    print(f"{changed} catalogues compiled, {len(lacking)} sentences without Chinese")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
