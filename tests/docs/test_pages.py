"""Nothing public is undocumented, both languages say the same, every link leads somewhere."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ABOVE = [
    ROOT / name
    for name in (
        "README.md",
        "README.en.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "THREAT_MODEL.md",
    )
]
PAGES = [*ABOVE, *sorted(DOCS.rglob("*.md"))]
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
# A path of somebody's machine: it begins with a slash of its own. Where `deploy/` installs is
# meant.
_INSTALLED = r"/opt/jieban\b|/var/(?:lib|backups)/jieban\b|/etc/(?:jieban\.env|systemd/)|/usr/sbin/"
_OUTSIDE = re.compile(rf"(?<![\w.:/~<*)-])(?!{_INSTALLED})/[a-z]+/[a-z]")


def load_tool():
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


tool = load_tool()


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def reference(language: str, name: str) -> str:
    return read(DOCS / language / "reference" / f"{name}.md")


def anchors(page: Path) -> set[str]:
    """Headings as the usual viewers name them."""
    heads = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_generated_pages_are_current():
    # In a process of its own: a command that ran in this one has put its help into Chinese.
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "reference.py"), "--check"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "jieban.site.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"run tools/reference.py: {done.stdout}{done.stderr}"


def test_both_languages_have_the_same_pages():
    zh, en = (
        {page.relative_to(DOCS / language).as_posix() for page in (DOCS / language).rglob("*.md")}
        for language in ("zh", "en")
    )
    assert zh == en


def test_both_languages_have_the_same_parts_and_tables():
    unlike = []
    for page in (DOCS / "zh").rglob("*.md"):
        other = DOCS / "en" / page.relative_to(DOCS / "zh")
        for sign in (r"^#+ ", r"^\|", r"^```"):
            here, there = (
                len(re.findall(sign, read(each), re.MULTILINE)) for each in (page, other)
            )
            if here != there:
                unlike.append(f"{other.relative_to(DOCS)}: {sign} {there}, zh {here}")
    assert unlike == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page):
    for link in _LINK.findall(read(page)):
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), f"{page.name}: {link}"
        assert target.is_relative_to(ROOT), f"{page.name}: {link} leads out of the repository"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_speaks_of_no_path_outside_the_repository(page):
    assert not _OUTSIDE.search(read(page))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_setting_has_an_entry(language):
    page = reference(language, "settings")
    assert [name for name in tool.settings_in_code() if f"`{name}`" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_an_entry(language):
    page = reference(language, "cli")
    assert [name for name in tool.commands() if f"# jieban {name}\n" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_event_kind_has_an_entry(language):
    from jieban.apps.ledger.kinds import KINDS

    page = reference(language, "events")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_has_an_entry(language):
    from jieban.domain.words import refusals

    page = reference(language, "refusals")
    assert [code for code in refusals() if f"`{code}`" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rulebook_key_has_an_entry(language):
    from jieban.domain.rulebook.limits import ANSWER_KEYS
    from jieban.domain.rulebook.schema import GROUND_KEYS, KEYS, PART_KEYS

    page = reference(language, "rulebook")
    keys = [*KEYS, *PART_KEYS, *GROUND_KEYS, *ANSWER_KEYS]
    assert [key for key in keys if f"`{key}`" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_profile_has_an_entry(language):
    from jieban.tables.profiles import load_profiles

    page = reference(language, "profiles")
    assert [name for name in load_profiles() if f"## {name}\n" not in page] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_measure_has_an_entry_and_a_page_of_nine_answers(language):
    from jieban.evaluation.measures import COUNTS, RATES

    page = reference(language, "measures/README")
    shown = [name for name in [*COUNTS, *RATES] if not name.startswith("raw_")]
    assert [name for name in shown if f"`{name}`" not in page] == []
    folder = DOCS / language / "reference" / "measures"
    pages = {file.stem for file in folder.glob("*.md")} - {"README"}
    assert pages == set(tool.sentences()["page"])
    for name in pages:
        heads = re.findall(r"^## ", read(folder / f"{name}.md"), re.MULTILINE)
        assert len(heads) == 9, name


def test_decisions_are_listed_and_have_five_parts():
    index = read(DOCS / "adr" / "README.md")
    parts = ["## Forces", "## Choice", "## Costs we accept", "## What would undo it"]
    for page in sorted((DOCS / "adr").glob("0*.md")):
        assert f"({page.name})" in index, page.name
        text = read(page)
        assert "**Status:**" in text
        assert [part for part in parts if part not in text] == [], page.name


def test_the_decision_on_dependencies_names_what_the_locks_pin():
    decision = read(DOCS / "adr" / "0013-dependencies.md")
    pins = dict(
        re.findall(r"^([\w.-]+)==(\S+)", read(ROOT / "requirements.lock"), re.MULTILINE)
        + re.findall(r"^([\w.-]+)==(\S+)", read(ROOT / "requirements-dev.lock"), re.MULTILINE)
    )
    wanted = re.search(r"^dependencies = \[(.*?)^\]", read(ROOT / "pyproject.toml"), re.M | re.S)
    names = re.findall(r'^    "([\w-]+)', wanted[1], re.MULTILINE)
    for name in names:
        assert f"| {name}" in decision or f"{name}[" in decision, name
        assert pins[name.lower()] in decision or name == "numpy", name
