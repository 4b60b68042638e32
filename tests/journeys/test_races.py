"""See races.py: what happens when people press at the same moment, on a database of its own."""

import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY
from tests.journeys.command import Jieban

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("stories", "number"), [("races", 7), ("term_races", 6)])
def test_of_those_who_press_at_one_moment_one_wins_and_the_rest_are_told(
    jieban: Jieban, stories, number
):
    jieban("cases", "count")  # makes the database
    done = subprocess.run(
        [sys.executable, "-m", f"tests.journeys.{stories}"],
        env={
            **jieban.environment,
            "JIEBAN_HOME": str(jieban.home),
            "DJANGO_SETTINGS_MODULE": "jieban.site.settings",
        },
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.split()) == number
    verified = jieban.json("ledger", "verify", "--rows")
    assert (verified["whole"], verified["rows"]) == (True, [])
