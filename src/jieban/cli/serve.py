"""`jieban serve`: the pages, on this machine only."""

import ipaddress
import socket

import click

from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import translate as _

# One process keeps what it has made for everybody (site/keeping.py); a second one would make
# every page again. Four readers at once are served sooner by one than by two.
WORKERS = 1
THREADS = 8


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.pass_obj
def serve(desk: Desk, host: str, port: int) -> None:
    """Show the pages on this machine; other machines cannot reach them."""
    check_address(host, port)
    desk.out(_("Open {address} in the browser. Ctrl+C ends it.").format(address=url(host, port)))
    desk.out(_("Only this machine can see it: there are no accounts yet."))
    run_server(host, port)


def check_address(host: str, port: int) -> None:
    """
    Raises:
        Refused "serve.not_loopback": an address that other machines could reach.
        Refused "serve.port_taken": something else listens there.
    """
    if host != "localhost" and not _is_loopback(host):
        raise Refused("serve.not_loopback", host=host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Refused("serve.port_taken", port=port, other=port + 1) from None


def run_server(host: str, port: int) -> None:
    """Serve until told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "jieban.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
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
