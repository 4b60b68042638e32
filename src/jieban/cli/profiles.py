"""`jieban profiles`: which mapping profiles there are, what one says, whether one is right."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from jieban.domain.words import language
from jieban.tables.profiles import Profile, get_profile, load_profiles


@click.group()
def profiles() -> None:
    """Mapping profiles: which column of a source says what."""


@profiles.command("list")
@click.pass_context
def list_profiles(ctx: click.Context) -> None:
    """Every profile, shipped and of this installation."""
    known = load_profiles(ctx.obj.home.profiles)
    ctx.obj.answer({"profiles": [_summary(profile) for profile in known.values()]})
    width = max(map(len, known))
    for profile in known.values():
        ctx.obj.out(f"{profile.name:<{width}}  {profile.title[language()]}  ({profile.source})")


@profiles.command("show")
@click.argument("name")
@click.pass_context
def show_profile(ctx: click.Context, name: str) -> None:
    """What a profile maps, with all it takes over from the one it is like."""
    profile = get_profile(name, ctx.obj.home.profiles)
    ctx.obj.answer(_plain(profile))
    ctx.obj.out(f"{profile.name}  {profile.title[language()]}")
    ctx.obj.out(f"source {profile.source} · zone {profile.zone} · key {' + '.join(profile.key)}")
    for field, headings in profile.columns.items():
        mark = "*" if field in profile.required else "-" if field in profile.dropped else " "
        ctx.obj.out(f"{mark} {field:<13} {' / '.join(headings)}")


@profiles.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.pass_context
def check_profile(ctx: click.Context, path: Path) -> None:
    """Check a profile of your own; says every key that is wrong and what is allowed."""
    profile = get_profile(str(path), ctx.obj.home.profiles)
    ctx.obj.answer({"ok": True, **_summary(profile)})
    ctx.obj.out(f"✓ {profile.name}: {len(profile.columns)} fields, source {profile.source}")


def _summary(profile: Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "title": dict(profile.title),
        "source": profile.source,
        "zone": profile.zone,
        "generated": profile.generated,
        "digest": profile.digest,
    }


def _plain(profile: Profile) -> dict[str, Any]:
    return {
        field.name: _listed(getattr(profile, field.name)) for field in dataclasses.fields(profile)
    }


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _listed(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    return value
