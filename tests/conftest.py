"""What every test finds: a home of its own, moments, an actor, real files where they are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from jieban.domain.actors import Actor
from jieban.domain.words import set_language
from jieban.home import Home

REPOSITORY = Path(__file__).resolve().parent.parent
REAL_FILES = REPOSITORY.parent / "shared" / "data"

AT = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)
CLERK = Actor.named("考核员甲")
SECOND = Actor.named("考核员乙")


@pytest.fixture(autouse=True)
def _chinese_first() -> None:
    """A page asked for in English by one test does not decide what the next one reads."""
    set_language("zh")


@pytest.fixture
def home(tmp_path, settings) -> Home:
    """An empty home; the pages use it too."""
    settings.HOME = Home(tmp_path / "home")
    return settings.HOME


@pytest.fixture
def real_files() -> Path:
    """The folder of real files, or a skip that says so."""
    if not REAL_FILES.is_dir():
        pytest.skip("real files are not here: ../shared/data")
    return REAL_FILES
