"""The roles a new installation begins with."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jieban.domain.permissions import PERMISSIONS

GUARDED = frozenset(
    ("case.unmask", "case.erase", "case.export", "case.decide", "account.edit", "integration.edit")
)
"""Whoever holds one of these proves who they are twice."""


@cache
def shipped() -> Mapping[str, Mapping[str, Any]]:
    """Code -> {zh, en, first: {zh, en}, permissions, second_factor?, on_duty?}.

    Raises:
        ValueError: a role names a permission that does not exist.
    """
    text = (files("jieban.apps.accounts") / "roles.toml").read_text(encoding="utf-8")
    roles = tomllib.loads(text)
    for code, role in roles.items():
        unknown = set(role["permissions"]) - PERMISSIONS.keys()
        if unknown:
            raise ValueError(f"role {code} names {sorted(unknown)}")
    return roles
