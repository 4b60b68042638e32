"""Reading what is asked for first before anybody asks for it.

What a run says and who belongs where are read once per process and kept. Reading them while
the first reader is still signing in spares them the waiting.
"""

import threading

from django.conf import settings
from django.db import DatabaseError, connection

from jieban.apps.assessments import selectors as assessments
from jieban.apps.directory import selectors as directory
from jieban.apps.effects import selectors as effects
from jieban.domain.errors import Refused


def warm_up() -> threading.Thread:
    """Begin to read, beside whatever else is going on."""
    thread = threading.Thread(target=_read_all, name="warm-up", daemon=True)
    thread.start()
    return thread


def _read_all() -> None:
    try:
        directory.standing()
        run = assessments.first_run()
        if run is not None:
            assessments.figures(settings.HOME, run.run_id)
        effects.newest(settings.HOME)
    except (DatabaseError, OSError, Refused):
        # Whoever asks for the page is told what is wrong; this only meant to be early.
        return
    finally:
        connection.close()
