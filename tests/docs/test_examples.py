"""The examples of the documents are run: what a page shows is what the program answers.

`DOCS_UPDATE=1 pytest tests/docs` writes the real answers into the pages.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.running import RUN_ID, blocks, examples, is_run, same_ids

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WITH_COMMANDS = [
    page for page in PAGES if any(map(is_run, blocks(page.read_text(encoding="utf-8"))))
]
WITH_PYTHON = [
    page
    for page in PAGES
    if any(block.language == "python" for block in blocks(page.read_text(encoding="utf-8")))
]
_DIGEST = re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b")
_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\d \d\d:\d\d\b")


def name_of(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def plain(text: str) -> list[str]:
    """An answer without what differs from day to day: moments, digests, trailing blanks."""
    text = _MOMENT.sub("<moment>", _DIGEST.sub("<digest>", text))
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def agree(shown: list[str], answered: list[str]) -> bool:
    """Line by line; a line `…` in the page stands for any number of lines."""
    if "…" not in shown:
        return shown == answered
    at = shown.index("…")
    rest = shown[at + 1 :]
    return answered[:at] == shown[:at] and any(
        agree(rest, answered[start:]) for start in range(at, len(answered) + 1)
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_commands_answer_what_the_pages_show(language, tmp_path):
    pages = [page for page in WITH_COMMANDS if page.is_relative_to(DOCS / language)]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("JIEBAN_")
    }
    command = [sys.executable, "-m", "tests.docs.running", language, str(tmp_path / "work")]
    done = subprocess.run(
        [*command, str(DOCS / "examples"), *map(str, pages)],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "jieban.site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    wrong = []
    for page, answers in zip(pages, json.loads(done.stdout), strict=True):
        if os.environ.get("DOCS_UPDATE"):
            text = page.read_text(encoding="utf-8")
            page.write_text(_with_answers(text, answers), encoding="utf-8")
        else:
            wrong += differences(page, answers)
    assert wrong == [], "\n".join(["DOCS_UPDATE=1 writes the real answers:", *wrong])


def differences(page: Path, answers: list[str]) -> list[str]:
    """The commands of a page that answer something else, with their answers."""
    text = page.read_text(encoding="utf-8")
    shown = [example for block in blocks(text) if is_run(block) for example in examples(block)]
    return [
        "\n".join([f"{name_of(page)}: $ {example.command}", *plain(answered)])
        for example, answered in zip(shown, answers, strict=True)
        if not agree(plain("\n".join(example.answer)), plain(answered))
    ]


def _with_answers(text: str, answers: list[str]) -> str:
    """The page with real answers; answers the page shortened by … stay as they are."""
    left, known, changed = list(answers), {}, []
    for block in blocks(text):
        if not is_run(block):
            continue
        lines = []
        for example in examples(block):
            answered = left.pop(0)
            same_ids("\n".join(example.answer), answered, known)
            lines.append(f"$ {example.command}")
            keep = "…" in example.answer and agree(
                plain("\n".join(example.answer)), plain(answered)
            )
            lines += example.answer if keep else answered.strip("\n").splitlines()
        changed.append((block.start, block.end, "\n".join(lines).rstrip() + "\n"))
    for start, end, new in reversed(changed):
        text = text[:start] + new + text[end:]
    return RUN_ID.sub(lambda found: known.get(found[0], found[0]), text)


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_worked_examples_come_out(page):
    names: dict[str, object] = {}
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "python":
            exec(compile(block.text, name_of(page), "exec"), names)
