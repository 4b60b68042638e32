"""Whatever the OpenAPI allows, and what it does not: never a 500, never an undocumented answer."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.apps import live
from tests.journeys.test_api import Program

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 12


@pytest.fixture(autouse=True)
def _one_connection():
    """The test's own connection stays open between requests, as in Django's test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ["everything", "street_coordinator", "nobody"])
def test_the_api_answers_everything_in_its_own_words(home, role):
    live.made_up_district()
    known = [live.received(), live.dispatched(), live.accepted(), live.answered()]
    headers = {"Accept-Encoding": "identity"}
    if role != "nobody":
        program = (
            Program("程序") if role == "everything" else Program("程序", role, scope="area:A1")
        )
        headers["Authorization"] = f"Bearer {program.secret}"
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case):
            nonlocal tried
            tried += 1
            if tried % 3 and "number" in (case.path_parameters or {}):
                case.path_parameters["number"] = known[tried % len(known)].number
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS, headers=headers)

        ask()
    assert tried > EXAMPLES
