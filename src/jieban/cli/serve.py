"""`jieban serve`: the pages, on this machine or, once a second factor guards them, a network."""

import ipaddress
import os
import socket
import tempfile

import click
from django.conf import settings

from jieban.apps.accounts import selectors as accounts
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import translate as _
from jieban.home import Home

# Python computes in one thread of a process at a time: two processes take in half as many cases
# again as one (docs/adr/0023). The threads are those who wait and one who turns others away.
WORKERS = 2
THREADS = 24


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--workers",
    default=WORKERS,
    show_default=True,
    type=click.IntRange(1, 32),
    help="Processes that answer; more than two pay with PostgreSQL and more cores.",
)
@click.pass_obj
def serve(desk: Desk, host: str, port: int, workers: int) -> None:
    """Show the pages: on this machine, or to a network once an account has a second factor."""
    beyond = host != "localhost" and not _is_loopback(host)
    if beyond:
        check_may_be_reached(desk.home, host)
    check_port(host, port)
    desk.out(_("Open {address} in the browser. Ctrl+C ends it.").format(address=url(host, port)))
    if not accounts.anybody():
        desk.out(_("Nobody has an account yet. In another window make the first one:"))
        desk.out("  jieban accounts create NAME --role system_administrator")
    if not beyond:
        desk.out(_("Only this machine can reach it."))
    elif not settings.HTTPS:
        desk.out(_("Passwords travel in clear: put a proxy with a certificate in front of it."))
    run_server(host, port, workers)


def check_may_be_reached(home: Home, host: str) -> None:
    """Whether other machines may be let in.

    Raises:
        Refused "serve.demo_not_loopback": in a demonstration one click makes anybody anyone.
        Refused "serve.not_loopback": no account is guarded by a second factor yet.
        Refused "serve.no_hosts": no name is set under which the pages answer.
    """
    if home.demo:
        raise Refused("serve.demo_not_loopback", host=host)
    if not accounts.anybody_with_second_factor():
        raise Refused("serve.not_loopback", host=host)
    if not settings.HOSTS:
        raise Refused("serve.no_hosts", host=host)


def check_port(host: str, port: int) -> None:
    """
    Raises:
        Refused "serve.port_taken": something else listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Refused("serve.port_taken", port=port, other=port + 1) from None


def run_server(host: str, port: int, workers: int = WORKERS) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    with tempfile.TemporaryDirectory(prefix="jieban-metrics-") as counted:
        # Where the processes of the server put what each of them counts; see site/metrics.py.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = counted
        Granian(
            "jieban.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
        ).serve()


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
