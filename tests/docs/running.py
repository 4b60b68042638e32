"""Runs the examples of pages: `python -m tests.docs.running LANGUAGE FOLDER EXAMPLES PAGE…`.

In a page, a block ```` ```console run ```` is run, a block ```` ```toml file=NAME ```` is written
to a file. Everything happens in FOLDER, which begins anew for each page with `examples/` and an
empty home; the pages of one language share a process, so Django starts once. Answers are JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```(\S+)((?: [^\n]*)?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUN_ID = re.compile(r"(?<=_)[0-9a-f]{12}\b")


@dataclass
class Example:
    """One command of a page and what the page says it answers."""

    command: str
    answer: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the words after it, its text and where that stands."""

    language: str
    words: str
    text: str
    start: int
    end: int


def blocks(page: str) -> Iterator[Block]:
    """Every fenced block of a page, in order."""
    for match in _BLOCK.finditer(page):
        yield Block(match[1], match[2].strip(), match[3], match.start(3), match.end(3))


def examples(block: Block) -> list[Example]:
    """The commands of a console block. A command that ends in a backslash goes on below."""
    found: list[Example] = []
    continues = False
    for line in block.text.splitlines():
        if continues:
            found[-1].command += "\n" + line
        elif line.startswith("$ "):
            found.append(Example(line[2:]))
        else:
            found[-1].answer.append(line)
        continues = (continues or line.startswith("$ ")) and line.endswith("\\")
    return found


def is_run(block: Block) -> bool:
    """Whether the page promises that the block's answers are real."""
    return block.language == "console" and "run" in block.words.split()


def file_of(block: Block) -> str | None:
    """The name under which the block is written to a file."""
    name = block.words.partition("file=")[2]
    return name or None


def same_ids(expected: str, answered: str, known: dict[str, str]) -> None:
    """Learn which run of this machine a run of the page stands for, by order of appearance."""
    for on_page, here in zip(RUN_ID.findall(expected), RUN_ID.findall(answered), strict=False):
        known.setdefault(on_page, here)


def run_page(page: str, folder: Path) -> list[str]:
    """The answer of every command of a page, run in `folder`."""
    os.chdir(folder)
    known: dict[str, str] = {}
    answers = []
    for block in blocks(page):
        if file_of(block):
            (folder / str(file_of(block))).write_text(block.text, encoding="utf-8")
        if not is_run(block):
            continue
        for example in examples(block):
            command = RUN_ID.sub(lambda found: known.get(found[0], found[0]), example.command)
            answered = _answer(shlex.split(command.replace("\\\n", " ")))
            same_ids("\n".join(example.answer), answered, known)
            answers.append(answered)
    return answers


def _answer(words: list[str]) -> str:
    name, *arguments = words
    if name == "cp":
        shutil.copy(*arguments)
        return ""
    if name == "cat":
        return "".join(Path(file).read_text(encoding="utf-8-sig") for file in arguments)
    if name == "ls":
        return "\n".join(sorted(path.name for path in Path(arguments[0]).iterdir()))
    assert name == "jieban", f"examples know jieban, cp, cat and ls, not {name}"
    from jieban.cli.main import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main(arguments)
        except SystemExit as end:
            if end.code:
                said.write(f"[exit {end.code}]\n")
    return said.getvalue()


def run_pages(pages: list[Path], folder: Path, samples: Path) -> list[list[str]]:
    """The answers of every page, each begun in an empty folder."""
    found = []
    for page in pages:
        os.chdir(folder.parent)
        _leave_database()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(samples, folder / "examples")
        (folder / "home" / "keys").mkdir(parents=True)
        found.append(run_page(page.read_text(encoding="utf-8"), folder))
    return found


def _leave_database() -> None:
    """Let go of the database of the page before, so that the next one gets its own."""
    from django.conf import settings

    if settings.configured:
        from django.db import connections

        connections.close_all()


if __name__ == "__main__":
    language, folder_path, samples_path, *pages_given = sys.argv[1:]
    os.environ.update(JIEBAN_LANGUAGE=language, JIEBAN_HOME=f"{folder_path}/home")
    os.environ.update(JIEBAN_ACTOR={"zh": "甲", "en": "Jia"}[language], COLUMNS="200")
    out = run_pages([Path(page) for page in pages_given], Path(folder_path), Path(samples_path))
    sys.stdout.write(json.dumps(out, ensure_ascii=False))
