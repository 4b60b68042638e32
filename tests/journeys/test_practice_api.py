"""Projects and practices by the API and from the command line."""

import json

import pytest
from django.test import Client

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices import services
from jieban.apps.practices.models import Adoption, ProjectStep
from jieban.domain.actors import SYSTEM
from tests.apps import live, practising
from tests.conftest import REPOSITORY
from tests.people import person

pytestmark = pytest.mark.django_db


class Program:
    """A program with a token of somebody's post."""

    def __init__(self, name: str, *roles: str, scope: str = "*") -> None:
        owner = person(name, *roles, scope=scope)
        held = [each for post in owner.posts.all() for each in post.role.permissions]
        _, secret = accounts.issue_token(SYSTEM, owner, "程序", held, at=clock.now())
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {secret}"}

    def __call__(self, method: str, path: str, body=None, code: int | None = 200):
        """The answer; `code` None takes any."""
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=self.headers,
        )
        assert code in (None, answer.status_code), answer.content.decode()
        return answer.json()


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def test_a_program_reads_projects_and_ticks_a_step():
    project = practising.opened()
    services.add_steps(practising.SECRETARY, project.pk, "甲\n乙", at=practising.AT)
    services.record_quantity(
        practising.SECRETARY, project.pk, at=practising.AT, what="违建", amount="0.5", unit="m²"
    )
    program = Program("街道程序", "street_coordinator", scope="area:A1")
    (listed,) = program("GET", "/projects")["projects"]
    assert (listed["number"], listed["steps_all"], listed["steps_done"]) == (project.pk, 2, 0)
    told = program("GET", f"/projects/{project.pk}")
    assert [each["place"] for each in told["steps"]] == [1, 2]
    assert told["quantities"] == [{"what": "违建", "amount": "0.5", "unit": "平方米"}]
    step = told["steps"][1]["id"]
    path = f"/projects/{project.pk}/steps/{step}/done"
    told = program("POST", path, {"on": "2026-10-01"})
    assert (told["steps_done"], told["steps"][1]["done_on"]) == (1, "2026-10-01")
    before = ledger.newest_number()
    program("POST", path, {})
    assert ledger.newest_number() == before
    program("POST", f"/projects/{project.pk}/steps/999/done", {}, 404)
    program("POST", path, {"when": "now"}, 422)


def test_a_program_of_another_street_finds_no_project_and_a_reader_ticks_nothing():
    project = practising.opened()
    services.add_steps(practising.SECRETARY, project.pk, "甲", at=practising.AT)
    step = ProjectStep.objects.get()
    path = f"/projects/{project.pk}/steps/{step.pk}/done"
    other = Program("邻街程序", "street_coordinator", scope="area:A2")
    assert other("GET", "/projects")["projects"] == []
    other("GET", f"/projects/{project.pk}", code=404)
    other("POST", path, {}, 404)
    Program("审计程序", "auditor")("POST", path, {}, 403)
    Program("导入程序", "system_administrator")("GET", "/projects", code=403)
    step.refresh_from_db()
    assert step.done_on is None


def test_a_program_reads_the_library_and_takes_a_practice_over():
    practice = practising.published()
    draft = services.write_practice(
        practising.WRITER, practising.card(name="草稿"), at=practising.AT
    )
    program = Program("邻街程序", "street_coordinator", scope="area:A2")
    (listed,) = program("GET", "/practices")["practices"]
    assert (listed["number"], listed["name"]) == (practice.pk, "七步议事法")
    assert program("GET", "/practices?kind=script")["practices"] == []
    program("GET", f"/practices/{draft.pk}", code=404)
    path = f"/practices/{practice.pk}/adoptions"
    made = program("POST", path, {"area": "A21", "on": "2026-10-01"}, 201)
    assert made["adopted_on"] == "2026-10-01"
    program("POST", path, {"area": "A21"}, 409)
    program("POST", path, {"area": "A11"}, 404)
    told = program("GET", f"/practices/{practice.pk}")
    assert (told["adopters"], told["adoptions"][0]["area"]["code"]) == (1, "A21")
    assert Adoption.objects.count() == 1


SEED = """
from datetime import datetime, UTC
from jieban.apps.practices import services
from jieban.domain.actors import Actor
at = datetime(2026, 1, 5, tzinfo=UTC)
one, two = Actor.named("编写人"), Actor.named("审核人")
card = services.Card("script", "劝清堆物", "楼道堆物", "先听后劝", "某社区", visit="piling")
made = services.write_practice(one, card, at=at)
services.move_practice(one, made.pk, "submit", at=at)
services.move_practice(two, made.pk, "publish", at=at)
"""


def test_the_library_from_the_command_line(jieban):
    assert "还没有发布" in jieban("practices", "list")
    assert jieban.json("practices", "show", "1", code=1)["error"]["code"] == "practice.not_found"
    jieban("directory", "import", REPOSITORY / "docs/examples/directory.csv")
    jieban("manage", "shell", "-c", SEED)
    (listed,) = jieban.json("practices", "list", "--kind", "script")["practices"]
    assert (listed["name"], listed["adopters"]) == ("劝清堆物", 0)
    area = "9901000101"
    made = jieban.json("practices", "adopt", "1", area, "--on", "2026-02-01", "--estate", "北里")
    assert made["adopted_on"] == "2026-02-01"
    again = jieban.json("practices", "adopt", "1", area, "--estate", "北里", code=1)
    assert again["error"]["code"] == "practice.adopted_already"
    (adoption,) = jieban.json("practices", "show", "1")["adoptions"]
    assert (adoption["area"], adoption["estate"]) == (area, "北里")
    assert "先听后劝" in jieban("practices", "show", "1")
