"""What the doors of this floor share: who acts, and files on their way in."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from jieban.apps import asked
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused

View = Callable[..., HttpResponse]


class Asked(asked.Asked):
    """A request to this floor; `too_large` is set where a file may come (see `limited`)."""

    too_large: str


def actor_of(request: Asked) -> Actor:
    """Who acts, in a view under `acts`.

    Raises:
        Refused "operator.missing".
    """
    if request.actor is None:
        raise Refused("operator.missing")
    return request.actor


def acts(view: View) -> View:
    """A view whose POST writes the ledger: it wants to know who acts, and asks if nobody said.

    What was being looked at is where the reader comes back to.
    """

    @wraps(view)
    def asking(request: Asked, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and request.actor is None:
            messages.info(request, _("Say who is acting first; then press the button once more."))
            back = request.POST.get("back") or request.get_full_path()
            return redirect(f"{reverse('operator')}?next={quote(back)}")
        return view(request, *args, **kwargs)

    return asking


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
