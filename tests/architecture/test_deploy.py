"""What an installation is put up with: units of systemd, the wheel, the offline folder."""

import configparser
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

UNITS = sorted((REPOSITORY / "deploy" / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
GUARDS = {
    "User": "jieban",
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def read(unit: Path) -> configparser.ConfigParser:
    """Keys as they are written; one that stands twice keeps its last value."""
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str
    found.read_string(unit.read_text())
    return found


def test_each_timer_has_its_service():
    timers = {unit.stem for unit in UNITS if unit.suffix == ".timer"}
    assert timers == {"jieban-tick", "jieban-backup"}
    assert {unit.stem for unit in SERVICES} == timers | {"jieban-serve", "jieban-worker"}


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_no_service_may_do_more_than_it_needs(unit):
    service = read(unit)["Service"]
    assert {key: service[key] for key in GUARDS} == GUARDS
    assert service["Environment"] == "JIEBAN_HOME=/var/lib/jieban"


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_units_run_commands_that_there_are(unit):
    from jieban.cli.main import NOUNS

    words = unit.read_text().split("/opt/jieban/bin/jieban ")[1:]
    assert words
    assert {word.split()[0] for word in words} <= NOUNS.keys()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in UNITS:
        there = unit.read_text().replace("/opt/jieban/bin/jieban", "/usr/bin/env")
        (tmp_path / unit.name).write_text(there)
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture(scope="module")
def wheelhouse(tmp_path_factory) -> Path:
    """As `tools/wheelhouse.sh` makes it, but for the wheels of others."""
    folder = tmp_path_factory.mktemp("wheelhouse")
    lock = folder / "nothing.lock"
    lock.touch()
    made = folder / "made"
    subprocess.run(
        ["sh", REPOSITORY / "tools" / "wheelhouse.sh", made, lock],
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable},
        check=True,
        capture_output=True,
    )
    return made


@pytest.mark.slow
def test_everything_the_program_reads_is_in_its_wheel(wheelhouse):
    (wheel,) = (wheelhouse / "wheels").glob("jieban-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    source = REPOSITORY / "src"
    listed = subprocess.run(
        ["git", "ls-files", "src/jieban"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    kinds = {".html", ".css", ".js", ".toml", ".mo", ".svg"}
    needed = {
        str((REPOSITORY / name).relative_to(source))
        for name in listed
        if Path(name).suffix in kinds and (REPOSITORY / name).exists()
    }
    assert needed - inside == set()
    assert {Path(name).suffix for name in inside} >= {".html", ".css", ".toml", ".mo"}


@pytest.mark.slow
def test_it_installs_without_a_network_and_starts(wheelhouse, tmp_path):
    target = tmp_path / "opt"
    base = Path(sys.base_prefix) / "bin" / "python3"
    subprocess.run([base, "-m", "venv", target], check=True)
    (there,) = target.glob("lib/python*/site-packages")
    (there / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    environment = {"PATH": "/usr/bin:/bin", "PYTHON": str(base), "JIEBAN_LANGUAGE": "en"}
    install = ["sh", wheelhouse / "install.sh", target]
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (there / "jieban" / "site").is_dir()

    jieban = [target / "bin" / "jieban", "--home", tmp_path / "home", "ledger", "verify"]
    done = subprocess.run(
        jieban, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Every chain is whole." in done.stdout

    (wheelhouse / "deploy" / "nginx.conf").write_text("altered\n")
    done = subprocess.run(install, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nothing was installed" in done.stderr
