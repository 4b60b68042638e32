"""House rules that a linter of imports or of style cannot say."""

import ast
import inspect
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SOURCE = REPOSITORY / "src" / "jieban"
APPS = SOURCE / "apps"
MODULES = sorted(SOURCE.rglob("*.py"))
DOORS = [file for file in MODULES if re.search(r"(^|_)(web|forms|urls)\.py$", file.name)]
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))


def shown(file: Path) -> str:
    return str(file.relative_to(REPOSITORY))


@pytest.mark.parametrize("file", DOORS, ids=shown)
def test_doors_ask_selectors_and_services_never_tables(file):
    text = file.read_text(encoding="utf-8")
    assert ".objects" not in text
    assert not re.search(r"\.(save|delete)\(\)", text)


@pytest.mark.parametrize("file", MODULES, ids=shown)
def test_only_services_write_to_tables(file):
    path = shown(file)
    if "/services" in path or "/migrations/" in path or path.endswith(("/storage.py", "/rows.py")):
        return
    text = file.read_text(encoding="utf-8")
    assert not re.search(r"\b(insert|update)_row\(", text)
    assert not re.search(r"\.objects\.(create|get_or_create|update_or_create|bulk_create)", text)
    assert not re.search(r"\.save\((force_insert|update_fields|\))", text)


# Services that write no event: what they do is nobody's act.
WITHOUT_A_MOMENT = {
    "hold_for_follow_up": "only holds the row, in the caller's act",
    "drop_draft": "a draft is nothing that happened",
    "save_view": "a person's own list",
    "drop_view": "a person's own list",
}


@pytest.mark.parametrize(
    "app",
    [
        "accounts",
        "cases",
        "directory",
        "followups",
        "assessments",
        "practices",
        "programmes",
        "terms",
    ],
)
def test_every_act_takes_its_actor_first_and_its_moment_by_name(app):
    services = import_module(f"jieban.apps.{app}.services")
    acts = [
        (name, act)
        for name, act in vars(services).items()
        if inspect.isfunction(act)
        and not name.startswith("_")
        and act.__module__.startswith(f"jieban.apps.{app}.services")
        and "actor" in inspect.signature(act).parameters
    ]
    assert acts
    for name, act in acts:
        if name in WITHOUT_A_MOMENT:
            continue
        parameters = inspect.signature(act).parameters
        assert next(iter(parameters)) == "actor", name
        assert parameters["at"].kind is inspect.Parameter.KEYWORD_ONLY, name


@pytest.mark.parametrize("file", sorted(APPS.glob("*/migrations/[0-9]*.py")), ids=shown)
def test_migrations_import_no_live_code(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    imported = [
        name.name if isinstance(node, ast.Import) else (node.module or "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    ]
    allowed = {"jieban.domain.assessments"}
    assert not [
        name
        for name in imported
        if name.startswith("jieban") and not any(name.startswith(each) for each in allowed)
    ]


@pytest.mark.parametrize("file", TEMPLATES, ids=shown)
def test_templates_calculate_nothing_and_carry_no_style_of_their_own(file):
    text = file.read_text(encoding="utf-8")
    assert " style=" not in text
    assert "<style" not in text
    assert not re.search(r"\son\w+=\"", text), "no inline scripts: the content policy refuses them"
    assert not re.search(r"\{%\s*widthratio", text)
    assert not re.search(r"\|\s*(div|mul|divisibleby)", text)


def test_no_module_is_longer_than_one_sitting():
    long = {shown(file): len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES}
    assert not {name: lines for name, lines in long.items() if lines > 700}


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "helpers", "common", "manager", "managers", "data", "info", "misc"}
    assert not [shown(file) for file in MODULES if file.stem in empty]


def test_there_are_no_signals():
    found = [
        shown(file)
        for file in MODULES
        if "django.dispatch" in file.read_text(encoding="utf-8")
        or "django.db.models.signals" in file.read_text(encoding="utf-8")
    ]
    assert not found


def test_the_locked_versions_satisfy_what_the_project_asks_for():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {re.split(r"[\[><=;]", line)[0].lower() for line in project["project"]["dependencies"]}
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    locked = {line.split("==")[0] for line in lock.splitlines() if "==" in line}
    assert wanted <= locked
    assert "://" not in lock


@pytest.mark.django_db
def test_migrations_are_up_to_date():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
