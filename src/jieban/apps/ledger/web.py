"""Pages of the ledger: what happened, newest first, and one subject's chain checked."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from jieban.apps.asked import Asked
from jieban.apps.ledger import selectors
from jieban.apps.ledger.kinds import kind_word
from jieban.apps.ledger.models import Event
from jieban.domain import words
from jieban.domain.rulebook import schema

PAGE = 50
_NAMES_SHOWN = 12
SUBJECTS = {
    "import": gettext_lazy("Import"),
    "case": gettext_lazy("Case"),
    "area": gettext_lazy("Place"),
    "unit": gettext_lazy("Unit"),
    "directory": gettext_lazy("Directory"),
    "calendar": gettext_lazy("Work calendar"),
    "run": gettext_lazy("Run"),
    "appeal": gettext_lazy("Appeal"),
    "webhook": gettext_lazy("Webhook"),
    "programme": gettext_lazy("Programme"),
    "selection": gettext_lazy("Selection"),
    "cohort": gettext_lazy("Cohort"),
    "official": gettext_lazy("Official"),
    "term": gettext_lazy("Term"),
    "seal": gettext_lazy("Seal"),
    "events": gettext_lazy("Events"),
    "categories": gettext_lazy("Categories"),
    "duties": gettext_lazy("Duty list"),
    "person": gettext_lazy("Account"),
    "role": gettext_lazy("Role"),
    "export": gettext_lazy("Export"),
    "erasure": gettext_lazy("Erasure"),
    "keys": gettext_lazy("Keys of encryption"),
    "duty": gettext_lazy("Duty session"),
    "project": gettext_lazy("Problem project"),
    "practice": gettext_lazy("Practice"),
    "note": gettext_lazy("Agreement"),
    "cluster": gettext_lazy("Suggestion"),
    "round": gettext_lazy("Inspection round"),
    "problem": gettext_lazy("Problem found"),
    "task": gettext_lazy("Rectification task"),
    "letter": gettext_lazy("Letter"),
    "batch": gettext_lazy("Batch of letters"),
}
# What the keys of a body are called on the page; the others stand in domain/words/bodies.toml.
LABELS = {
    "file": gettext_lazy("File name"),
    "file_digest": gettext_lazy("Digest of the file"),
    "profile": gettext_lazy("Mapping profile"),
    "profile_digest": gettext_lazy("Digest of the profile"),
    "source": gettext_lazy("Source"),
    "counts": gettext_lazy("Rows"),
    "provisional": gettext_lazy("New names"),
    "number": gettext_lazy("Case number"),
    "before": gettext_lazy("Before"),
    "after": gettext_lazy("After"),
    "unit": gettext_lazy("Unit"),
    "ground": gettext_lazy("Ground"),
    "appeal": gettext_lazy("Appeal"),
    "changes": gettext_lazy("Changes"),
    "kind": gettext_lazy("Kind"),
    "name": gettext_lazy("Name"),
    "into": gettext_lazy("Merged into"),
    "cases": gettext_lazy("Rows moved"),
    "run": gettext_lazy("Run"),
    "period": gettext_lazy("Period"),
    "rulebook": gettext_lazy("Rulebook"),
    "version": gettext_lazy("Version"),
    "notice": gettext_lazy("Notice"),
    "years": gettext_lazy("Years"),
    "holidays": gettext_lazy("Holidays"),
    "workdays": gettext_lazy("Made-up workdays"),
    "since": gettext_lazy("Since"),
    "until": gettext_lazy("Until"),
    "because": gettext_lazy("Because"),
    "manifest": gettext_lazy("Digest of the manifest"),
    "evidence_digest": gettext_lazy("Digest of the evidence"),
    "host": gettext_lazy("Host"),
    "kinds": gettext_lazy("Kinds of events"),
    "event": gettext_lazy("Event"),
}
COUNTED = {
    "read": gettext_lazy("read"),
    "new": gettext_lazy("new"),
    "changed": gettext_lazy("changed"),
    "same": gettext_lazy("same"),
    "superseded": gettext_lazy("superseded"),
    "rejected": gettext_lazy("rejected"),
    "changed_fields": gettext_lazy("fields changed"),
}
# Where a subject's own page is; a room that is not there has no link.
_PAGES = {
    "import": ("imports:show", ("number",)),
    "case": ("cases:show", ("number",)),
    "area": ("directory:entry", ("area", "code")),
    "unit": ("directory:entry", ("unit", "code")),
    "directory": ("directory:index", ()),
    "calendar": ("calendar:show", ()),
    "run": ("assessments:run", ("code",)),
    "appeal": ("assessments:appeal", ("number",)),
    "webhook": ("integrations:show", ("number",)),
    "programme": ("programmes:show", ("code",)),
    "official": ("programmes:official", ("code",)),
    "term": ("terms:show", ("number",)),
    "project": ("projects:show", ("number",)),
    "practice": ("practices:show", ("number",)),
    "note": ("agreements:show", ("number",)),
}
# Keys of a body whose values are codes.
_CODED = frozenset(
    (
        "urgency", "complexity", "channel", "method", "role", "stage", "light", "limit", "state",
        "satisfaction", "contacted", "resolved", "valid", "in_time", "gone_up", "place_taken_out",
        "answer", "entry_kind",
    )
)  # fmt: skip
# Keys of a body that name a subject with a page of its own.
_SUBJECT_OF = {
    "number": "case",
    "unit": "unit",
    "run": "run",
    "appeal": "appeal",
    "project": "project",
}


@require_GET
def list_events(request: Asked) -> HttpResponse:
    """Events newest first; kind, actor and kind of subject narrow them, as links."""
    _demand(request)
    asked = {name: request.GET.get(name, "") for name in ("kind", "actor", "subject")}
    before = _number(request.GET.get("before", ""))
    found = selectors.events(
        kind=asked["kind"],
        actor=asked["actor"],
        subject_kind=asked["subject"],
        before=before,
        limit=PAGE + 1,
    )
    actors = dict(selectors.actors_lately())
    if asked["actor"]:
        actors.setdefault(asked["actor"], asked["actor"])
    context = {
        "asked": asked,
        "narrowed": any(asked.values()),
        "before": before,
        "older": found[PAGE - 1].number if len(found) > PAGE else None,
        "events": [_shown(event) for event in found[:PAGE]],
        "kinds": [(code, kind_word(code), events) for code, events in selectors.counted_kinds()],
        "actors": actors.items(),
        "subjects": [(code, SUBJECTS.get(code, code)) for code in selectors.subject_kinds()],
        "standing": selectors.standing(),
    }
    return render(request, "ledger/list.html", context)


@require_GET
def list_seals(request: Asked) -> HttpResponse:
    """The seals, newest first, and the outcome of the last verification."""
    _demand(request)
    page = Paginator(selectors.all_seals().reverse().defer("heads"), PAGE).get_page(
        request.GET.get("page")
    )
    standing = selectors.standing()
    verified = standing.verification
    context = {
        "page": page,
        "standing": standing,
        "faults": [_fault(fault) for fault in verified.faults] if verified else [],
    }
    return render(request, "ledger/seals.html", context)


@require_GET
def show_subject(request: Asked, kind: str, subject: str) -> HttpResponse:
    """One subject's events in the order they happened, and whether the chain holds."""
    _demand(request)
    chain = list(selectors.events_of(kind, subject))
    if not chain:
        raise Http404(subject)
    faults = [
        {"seq": fault.seq, "words": words.word(f"fault_{fault.what}")}
        for fault in selectors.faults_shown(kind, subject)
    ]
    context = {
        "kind": SUBJECTS.get(kind, kind),
        "subject": subject,
        "address": _page_of(kind, subject),
        "events": [_shown(event) for event in chain],
        "faults": faults,
        "last": chain[-1],
    }
    return render(request, "ledger/subject.html", context)


def _demand(request: Asked) -> None:
    """
    Raises:
        Refused "actor.not_permitted".
    """
    if request.actor is not None:
        request.actor.demand("ledger.see")


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def _fault(fault: dict[str, Any]) -> dict[str, Any]:
    kind, _slash, name = fault["subject"].partition("/")
    address = ""
    if fault["number"]:
        address = reverse("ledger:subject", args=[kind, name])
    return {
        "subject": f"{SUBJECTS.get(kind, kind)} {name}",
        "seq": fault["seq"] if kind not in ("seal", "events") else 0,
        "words": words.word(f"fault_{fault['what']}"),
        "address": address,
    }


def _shown(event: Event) -> dict[str, Any]:
    return {
        "event": event,
        "words": kind_word(event.kind),
        "subject": SUBJECTS.get(event.subject_kind, event.subject_kind),
        "address": _page_of(event.subject_kind, event.subject_id),
        "lines": list(_lines(event.body)),
    }


def _lines(body: dict[str, Any]) -> Iterator[tuple[Any, str, bool, str]]:
    """(label, text, whether it is a digest, its page or "") of every key that says something."""
    # A database may give the keys back in another order than they were written in.
    order = list(LABELS)
    for key in sorted(body, key=lambda key: order.index(key) if key in order else len(order)):
        value = body[key]
        if value in (None, "", [], {}):
            continue
        digest = "digest" in key or key == "manifest"
        address = _page_of(_SUBJECT_OF[key], str(value)) if key in _SUBJECT_OF else ""
        yield label_of(key), _text(key, value), digest, address


def label_of(key: str) -> Any:
    """What a key of a body is called."""
    return LABELS.get(key) or words.bodies()["keys"].get(key, {}).get(words.language(), key)


def _value(key: str, value: Any) -> str:
    """A plain value of a body, in words where it is a code."""
    known = words.bodies()["values"].get(str(value).lower())
    if key in _CODED and known is not None:
        return known[words.language()]
    if isinstance(value, str) and key.endswith(("_at", "_by")) and (at := parse_datetime(value)):
        return _moment(at)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _text(key: str, value: Any) -> str:
    if key == "counts":
        return _(", ").join(
            f"{word} {value[name]:,}"
            for name, word in COUNTED.items()
            if name in value and (value[name] or name == "new")
        )
    if key in ("since", "until") and (moment := parse_datetime(value)):
        return _moment(moment)
    if key == "ground":
        return str(_grounds().get(value, {}).get(words.language(), value))
    if key == "kind":
        known = words.bodies()["kinds"].get(value) or words.glossary().get(value) or {}
        return known.get(words.language(), value)
    if isinstance(value, list):
        names = [_named(item) for item in value]
        more = len(names) - _NAMES_SHOWN
        text = _(", ").join(names[:_NAMES_SHOWN])
        return text + (_(" … and %(more)s more") % {"more": f"{more:,}"} if more > 0 else "")
    if isinstance(value, dict):
        return _("; ").join(
            f"{label_of(name)} {_value(name, each)}" for name, each in value.items() if each
        )
    return _value(key, value)


@cache
def _grounds() -> dict[str, dict[str, str]]:
    """The words of the usual grounds of exclusion."""
    usual = schema.load("beijing-district").grounds
    return {ground.code: {"zh": ground.zh, "en": ground.en} for ground in usual}


def _named(item: Any) -> str:
    """One entry of a list: a name, or a change as “name field: before → after”."""
    if not isinstance(item, dict):
        return str(item)
    if "field" in item:
        before = "–" if item["before"] in (None, "") else item["before"]
        return f"{item['name']} {item['field']}: {before} → {item['after']}"
    return str(item.get("name", item))


def _moment(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"


def _page_of(kind: str, subject: str) -> str:
    if kind not in _PAGES:
        return ""
    name, arguments = _PAGES[kind]
    filled = [subject if each in ("number", "code") else each for each in arguments]
    try:
        return reverse(name, args=filled)
    except NoReverseMatch:
        return ""
