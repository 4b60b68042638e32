"""What the doors of this floor share: who acts, and files on their way in."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from jieban.apps import asked

View = Callable[..., HttpResponse]


class Asked(asked.Asked):
    """A request to this floor; `too_large` is set where a file may come (see `limited`)."""

    too_large: str


class Limit(FileUploadHandler):
    """Stops taking in a file that is over the limit; the view finds its name in `too_large`."""

    def __init__(self, request: Asked) -> None:
        super().__init__(request)
        self.asked = request

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        if start + len(raw_data) > settings.MAX_UPLOAD_MB * 1024 * 1024:
            self.asked.too_large = self.file_name or "?"
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def limited(view: View) -> View:
    """A view that takes a file: one over the limit is not kept, not even for a moment.

    The limit has to stand before the form is read, and the form is read to find its token; so
    the token is checked inside.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def limiting(request: Asked, *args: object, **kwargs: object) -> HttpResponse:
        request.too_large = ""
        request.upload_handlers.insert(0, Limit(request))
        return guarded(request, *args, **kwargs)

    return limiting
