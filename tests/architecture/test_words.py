"""Every sentence a person reads exists in both languages."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import click
import polib
import pytest

from jieban.cli import main, publication
from tests.conftest import REPOSITORY

CATALOGUES = sorted((REPOSITORY / "src" / "jieban").rglob("*.po"))


def helps(command: click.Command) -> Iterator[str]:
    if command.help:
        yield inspect.cleandoc(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            yield parameter.help
    if isinstance(command, click.Group):
        for verb in command.commands.values():
            yield from helps(verb)


@pytest.mark.parametrize("noun", main.NOUNS)
def test_the_help_of_every_command_is_translated(noun):
    described = main.NOUNS[noun]
    command = getattr(import_module(described.module), described.name)
    if noun == "evaluate":
        publication.attach(command)
    catalogue = REPOSITORY / "src/jieban/locale/zh_Hans/LC_MESSAGES/django.po"
    known = {entry.msgid for entry in polib.pofile(str(catalogue)) if entry.msgstr}
    assert not {described.short, *helps(command)} - known


def test_no_sentence_lacks_its_chinese():
    done = subprocess.run(
        [sys.executable, "tools/messages.py"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: str(file.relative_to(REPOSITORY)))
def test_the_compiled_catalogue_says_what_its_source_says(file):
    compiled = polib.mofile(str(file.with_suffix(".mo")))
    wanted = {
        (entry.msgid, entry.msgstr or tuple(sorted(entry.msgstr_plural.items())))
        for entry in polib.pofile(str(file))
        if entry.translated()
    }
    assert wanted == {
        (entry.msgid, entry.msgstr or tuple(sorted(entry.msgstr_plural.items())))
        for entry in compiled
    }
