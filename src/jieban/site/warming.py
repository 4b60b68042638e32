"""Opening the newest runs before anybody asks for them.

The figures of a run are read once per process and kept; reading them while the browser is
being opened spares the first reader a second of waiting.
"""

import threading

from django.conf import settings
from django.db import DatabaseError, connection

from jieban.apps.assessments import selectors
from jieban.domain.errors import Refused


def warm_up() -> threading.Thread:
    """Begin to open the runs that the first page needs, beside whatever else is going on."""
    thread = threading.Thread(target=_open_newest, name="warm-up", daemon=True)
    thread.start()
    return thread


def _open_newest() -> None:
    try:
        first = selectors.first_run()
        for record in selectors.history(first)[::-1] if first else []:
            selectors.figures(settings.HOME, record.run_id)
    except (DatabaseError, Refused):
        # Whoever asks for the page is told what is wrong; this only meant to be early.
        return
    finally:
        connection.close()
