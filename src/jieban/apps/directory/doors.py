"""What the pages of the directory share: who acts, small files on their way in and out."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.http import HttpResponse


@contextmanager
def placed(name: str, content: bytes) -> Iterator[Path]:
    """A file that was sent, under its own name, for as long as it is read."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / (Path(name).name or "list.csv")
        file.write_bytes(content)
        yield file


def download(name: str, content: bytes, kind: str) -> HttpResponse:
    """A file to keep."""
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def file_answer(name: str, content: bytes, media_type: str) -> HttpResponse:
    """A kept file on its way to a browser: pictures are shown, everything else is saved."""
    response = HttpResponse(content, content_type=media_type)
    how = "inline" if media_type.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
