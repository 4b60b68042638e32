"""`jieban rulebook list|show|check|diff`: the rules, read and compared without a database."""

from __future__ import annotations

import json

import click

from jieban.cli.desk import Desk
from jieban.domain.rulebook.diff import difference
from jieban.domain.rulebook.schema import load, shipped_names
from jieban.domain.words import language
from jieban.domain.words import translate as _


@click.group()
def rulebook() -> None:
    """Read, check and compare rulebooks."""


@rulebook.command("list")
@click.pass_obj
def list_rulebooks(desk: Desk) -> None:
    """The rulebooks that come with the program."""
    shipped = [load(name) for name in shipped_names()]
    desk.answer(
        {
            "rulebooks": [
                {
                    "name": rules.name,
                    "title": {"zh": rules.title_zh, "en": rules.title_en},
                    "document": rules.document,
                    "valid_from": rules.valid_from,
                    "digest": rules.digest,
                }
                for rules in shipped
            ]
        }
    )
    for rules in shipped:
        title = rules.title_en if language() == "en" else rules.title_zh
        desk.out(f"{rules.name:<28} {title}")


@rulebook.command("show")
@click.argument("name")
@click.pass_obj
def show_rulebook(desk: Desk, name: str) -> None:
    """Every key of a rulebook (shipped name or TOML file), also those it takes from another."""
    rules = load(name)
    desk.answer({"name": rules.name, "digest": rules.digest, "content": rules.whole_table()})
    desk.out(json.dumps(rules.whole_table(), ensure_ascii=False, indent=2))


@rulebook.command("check")
@click.argument("name")
@click.pass_obj
def check_rulebook(desk: Desk, name: str) -> None:
    """Check a rulebook against the schema; name every key that is wrong."""
    rules = load(name)
    desk.answer({"name": rules.name, "digest": rules.digest, "valid": True})
    desk.out(
        _("{name} follows the schema. Digest: {digest}").format(
            name=rules.name, digest=rules.digest
        )
    )


@rulebook.command("diff")
@click.argument("before")
@click.argument("after")
@click.pass_obj
def diff_rulebooks(desk: Desk, before: str, after: str) -> None:
    """Every key that BEFORE and AFTER hold differently."""
    found = difference(load(before), load(after))
    desk.answer(
        {"differences": [{"key": d.key, "before": d.before, "after": d.after} for d in found]}
    )
    for one in found:
        desk.out(f"{one.key}: {one.before or '–'} → {one.after or '–'}")
    if not found:
        desk.out(_("The two say the same."))
