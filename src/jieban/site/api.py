"""`/api/v1`: the routers of the apps joined, who asks, and one shape for every error."""

import logging
import secrets
from collections.abc import Callable
from typing import Any

import orjson
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from jieban import clock
from jieban.apps.accounts import selectors as accounts
from jieban.apps.accounts.services import note_token_use
from jieban.apps.asked import Asked
from jieban.apps.cases.api import router as cases
from jieban.apps.effects.api import router as effects
from jieban.apps.letters.api import router as letters
from jieban.apps.practices.api import router as practices
from jieban.apps.programmes.api import router as programmes
from jieban.apps.rectification.api import router as rectification
from jieban.apps.terms.api import router as terms
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.site.language import DJANGO_CODES, chosen_language, speak
from jieban.troubles import as_refusal

log = logging.getLogger(__name__)
ADDRESS = "/api/"
LARGEST_KB = 256
RETRY_SECONDS = 2


class Json(Parser):
    """Bodies: JSON in UTF-8, of a bounded size."""

    def parse_body(self, request: HttpRequest) -> Any:
        if len(request.body) > LARGEST_KB * 1024:
            raise Refused("api.body_too_large", limit=LARGEST_KB)
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise Refused("api.body_unreadable", reason=str(error)) from None


class Orjson(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


def actor_from(request: HttpRequest) -> Actor | None:
    """Who asks: the owner of the token in the Authorization header; None for anybody else."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        return None
    at = clock.now()
    actor = accounts.actor_of_token(secret.strip(), at)
    if actor is not None:
        note_token_use(secret.strip(), at=at)
    return actor


api = NinjaAPI(
    title="Jieban 接办",
    version="1",
    urls_namespace="api",
    auth=[actor_from],
    parser=Json(),
    renderer=Orjson(),
    docs_url=None,
)
api.add_router("", cases)
api.add_router("", practices)
api.add_router("", programmes)
api.add_router("", terms)
api.add_router("", rectification)
api.add_router("", effects)
api.add_router("", letters)
_NOT_THERE = (".not_found", ".unknown_area", ".unknown_unit")
_STATUS = {
    "actor.not_permitted": 403,
    "api.not_signed_in": 401,
    "api.not_found": 404,
    "api.method_not_allowed": 405,
    "api.body_unreadable": 400,
    "api.unknown_host": 400,
    "api.body_too_large": 413,
    "api.key_reused": 409,
    "api.busy": 503,
    "case.changed_meanwhile": 409,
    "case.move_not_allowed": 409,
    "case.share_accepted": 409,
    "letter.answered_it": 403,
    "letter.changed_meanwhile": 409,
    "letter.done_already": 409,
    "letter.move_not_allowed": 409,
    "letter.not_yours": 403,
    "letter.own_work": 403,
    "plan.closed": 409,
    "plan.in_approval": 409,
    "plan.version_not_found": 404,
    "project.not_yours": 403,
    "practice.area_not_found": 404,
    "project.step_not_found": 404,
    "project.closed": 409,
    "practice.adopted_already": 409,
    "task.changed_meanwhile": 409,
    "task.closed": 409,
    "task.item_not_found": 404,
    "task.move_not_allowed": 409,
    "task.not_the_signer": 403,
    "task.not_yours": 403,
    "task.own_work": 403,
    "task.same_person": 403,
    "task.worked_on_it": 403,
    "term.changed_meanwhile": 409,
    "term.move_not_allowed": 409,
    "term.overdue_undecided": 409,
}


def error_answer(refused: Refused) -> HttpResponse:
    """A refusal in the one shape, under the status that fits its code."""
    status = _STATUS.get(refused.code, 422)
    if refused.code.endswith(_NOT_THERE):
        status = 404
    if refused.code.startswith("storage."):
        status = 503
    answer = HttpResponse(
        orjson.dumps({"error": refused.plain()}), content_type="application/json", status=status
    )
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Refused)
def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    return error_answer(error)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return error_answer(Refused("api.not_signed_in"))


@api.exception_handler(ValidationError)
def _values_wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    faults = [
        f"{'.'.join(str(step) for step in fault['loc'][1:])}: {fault['msg']}"
        for fault in error.errors
    ]
    return error_answer(Refused("api.values_wrong", faults=faults[:20]))


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return error_answer(Refused("api.not_found"))


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    # The parser's own refusal comes wrapped.
    if isinstance(error.__cause__, Refused):
        return error_answer(error.__cause__)
    return error_answer(Refused("api.body_unreadable", reason=str(error)))


@api.exception_handler(Exception)
def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """The machine's troubles in words; a bug is logged with a number that can be quoted."""
    trouble = as_refusal(error)
    if trouble is not None:
        log.warning("%s at %s", trouble.code, request.path, exc_info=error)
        return error_answer(trouble)
    number = secrets.token_hex(4)
    log.error("error %s at %s", number, request.path, exc_info=error)
    answer = error_answer(Refused("api.broken", number=number))
    answer.status_code = 500
    return answer


class OwnWay:
    """Requests to the API go straight to it: sessions, cookies, forms and pages are not theirs.

    So no session ever speaks for a program, and a case is taken in half a millisecond sooner.
    What never reached an endpoint (no such address, method, size) is told in the one shape.
    """

    def __init__(self, answer: Callable[[Asked], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        if not request.path_info.startswith(ADDRESS):
            return self.answer(request)
        request.language = chosen_language(request)
        speak(request.language)
        request.actor, request.half_way = None, False
        try:
            request.get_host()
            match = request.resolver_match = resolve(request.path_info)
            response = match.func(request, *match.args, **match.kwargs)
        except Http404:
            response = error_answer(Refused("api.not_found"))
        except DisallowedHost:
            response = error_answer(Refused("api.unknown_host"))
        response = _in_one_shape(request, response)
        response.headers["Content-Language"] = DJANGO_CODES[request.language]
        return response


def _in_one_shape(request: Asked, response: HttpResponse) -> HttpResponse:
    kind = response.headers.get("Content-Type", "")
    if response.status_code < 400 or kind.startswith("application/json"):
        return response
    if response.status_code == 405:
        told = error_answer(Refused("api.method_not_allowed", method=request.method))
        told.headers["Allow"] = response.headers.get("Allow", "")
        return told
    return error_answer(Refused("api.body_unreadable", reason=response.reason_phrase))
