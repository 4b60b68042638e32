"""`jieban invent FOLDER` writes what it says it writes."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from jieban.cli.database import Database
from jieban.cli.desk import Desk
from jieban.cli.invent import invent
from jieban.home import Home


def test_the_command_names_the_files_it_wrote(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    arguments = [str(folder), "--rows", "1000", "--periods", "3", "--last-period", "2024-03"]
    done = CliRunner().invoke(
        invent, arguments, obj=Desk(Home(tmp_path), json=True, records=Database())
    )
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert answer["periods"] == ["2024-01", "2024-02", "2024-03"]
    assert {Path(name) for name in _named(answer)} == set(folder.iterdir())


def _named(answer: dict[str, Any]) -> list[str]:
    return [answer["directory"], answer["categories"], answer["duties"], *answer["exports"]]


@pytest.mark.parametrize("wrong", [["--rows", "5"], ["--periods", "1"], ["--last-period", "März"]])
def test_misuse_is_refused_before_anything_is_written(tmp_path: Path, wrong: list[str]) -> None:
    folder = tmp_path / "exports"
    done = CliRunner().invoke(
        invent, [str(folder), *wrong], obj=Desk(Home(tmp_path), json=True, records=Database())
    )
    assert done.exit_code == 2
    assert not folder.exists()
