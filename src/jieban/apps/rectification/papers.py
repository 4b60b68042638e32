"""Official papers of a round: the plan as a workbook or PDF, the pack that a sign-off rests on.

They are papers of Chinese offices, so their words are Chinese whatever language a page is read in.
"""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.timezone import localtime

from jieban import clock
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import download
from jieban.apps.rectification.models import Evidence, Round, Task
from jieban.apps.rectification.selectors import complaints, plans, tasks
from jieban.apps.rectification.selectors.naming import unit_word
from jieban.apps.rectification.services import opened
from jieban.documents import acceptance as paper
from jieban.documents.plan_table import PlanPaper, plan_pdf
from jieban.domain.errors import Refused
from jieban.domain.practices.quantities import plain_number
from jieban.domain.rectification.sheets import STATE_WORDS, PlanRow, measure_words
from jieban.tables.plan_books import plan_workbook

PDF, ZIP = "application/pdf", "application/zip"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TITLE = "督察整改任务清单"
KINDS = {"photo": "照片", "document": "文件", "measurement": "监测数据"}


def plan_paper(held: Round, form: str, number: int | None) -> HttpResponse:
    """The plan as it stands, or a frozen version of it, to keep: "xlsx" or "pdf"."""
    if form not in ("xlsx", "pdf"):
        raise Http404(form)
    name = f"{held.name}{_TITLE}" + (f" 第{number}版" if number else "")
    kind = WORKBOOK if form == "xlsx" else PDF
    return download(f"{name}.{form}", plan_bytes(held, form, number), kind)


def plan_bytes(held: Round, form: str, number: int | None) -> bytes:
    """The same as a file's content. A plan that is not being worked over is its newest version.

    Raises:
        Refused "plan.version_not_found".
    """
    if not number and not held.plan_open:
        number = held.plans.values_list("number", flat=True).first()
    version = plans.version_by_number(held, number) if number else None
    content = plans.frozen_content(version) if version else plans.content_of(held)
    rows = _rows(held, content)
    if form == "xlsx":
        notes = [held.name, f"第 {version.number} 版 {version.digest}" if version else "草案"]
        return plan_workbook(rows, notes, title=f"{held.name}{_TITLE}")
    about = PlanPaper(
        _TITLE,
        held.name,
        str(version.number) if version else "",
        version.digest if version else "",
    )
    return plan_pdf(about, rows, at=clock.now())


def _rows(held: Round, content: dict[str, Any]) -> list[PlanRow]:
    """One row for each task of the plan; how far it has come is as it is now."""
    states = dict(held.tasks.values_list("serial", "state"))
    newest = tasks.newest_reports(held)
    return [
        PlanRow(
            serial=said["serial"],
            problem=problem["text"],
            problem_serial=problem["serial"],
            title=said["title"],
            goal=said["goal"],
            items=tuple(_measure(item) for item in said["items"]),
            lead=said["lead"],
            responsible=tuple(said["responsible"]),
            due=said["due"],
            progress=newest.get(said["serial"], ""),
            state=STATE_WORDS.get(states.get(said["serial"], ""), ""),
        )
        for problem in content["problems"]
        for said in problem["tasks"]
    ]


def _measure(item: dict[str, Any]) -> str:
    return measure_words(item["text"], [item["units"]] if item["units"] else (), item["due"])


def task_pack(task: Task, form: str) -> HttpResponse:
    """The acceptance pack of a task: "pdf", or "zip" with the files that prove it."""
    if form not in ("pdf", "zip"):
        raise Http404(form)
    at = localtime(clock.now())
    pdf = paper.acceptance_pdf(_acceptance(task), at=at)
    name = f"验收销号材料 {task.round.code}-{task.serial}"
    if form == "pdf":
        return download(f"{name}.pdf", pdf, PDF)
    files = []
    for held in task.evidence.filter(struck_at=None).exclude(digest=""):
        try:
            files.append(opened(held.pk, held.digest, held.name))
        except Refused:
            files.append((f"{held.what}（文件缺失）.txt", held.digest.encode()))
    return download(f"{name}.zip", paper.pack_zip(pdf, files, at=at), ZIP)


def _acceptance(task: Task) -> paper.Acceptance:
    parts = tasks.opened(task)
    check = next((each for each in reversed(parts.checks) if each.stands and each.passed), None)
    step = {each.move: each for each in parts.steps}
    return paper.Acceptance(
        round=task.round.name,
        number=str(task.serial),
        problem=task.problem.text,
        title=task.title,
        goal=task.goal,
        lead=task.lead_words,
        responsible=task.responsible_words,
        due=str(task.due_on) if task.due_on != task.first_due_on else task.due_words,
        first_due=task.due_words,
        state=STATE_WORDS[task.state],
        place="".join(filter(None, (task.area.name if task.area else "", task.place))),
        closer=task.closer or unit_word(task.signed_unit) if task.signed_on else task.closer,
        claimed_on=task.claimed_on,
        due_changes=[
            paper.DueChange(
                asked_on=directory.local_day(each.asked_at),
                wanted=each.wanted,
                reason=each.reason,
                granted=each.granted,
                paper=each.paper,
            )
            for each in parts.due_requests
        ],
        items=[paper.Item(each.serial, each.text, each.done_on) for each in parts.items],
        reports=[
            paper.Report(each.on, each.done, each.hindered, each.next)
            for each in reversed(parts.reports)
            if each.struck_at is None
        ],
        evidence=[_evidence(each) for each in parts.evidence if each.struck_at is None],
        check=paper.Check(
            check.on,
            check.passed,
            check.answers,
            check.by,
            unit_word(step["check"].unit) if "check" in step else "",
            check.remark,
        )
        if check
        else None,
        notice=paper.Notice(
            task.notice_from,
            task.notice_until,
            task.notice_where,
            [
                paper.Objection(each.received_on, each.text, each.upheld, each.answer)
                for each in parts.objections
            ],
        )
        if task.notice_from and task.notice_until
        else None,
        sign_off=paper.SignOff(
            task.signed_on,
            task.signed_by,
            unit_word(task.signed_unit),
            task.paper,
            task.record_number,
        )
        if task.signed_on
        else None,
        look_backs=[
            paper.LookBack(each.months, each.due_on, each.done_on, each.held, each.text)
            for each in parts.look_backs
        ],
        complaints=complaints.printed(settings.HOME, task),
    )


def _evidence(held: Evidence) -> paper.Evidence:
    name = ""
    if held.digest:
        try:
            name = opened(held.pk, held.digest, held.name)[0]
        except Refused:
            name = "（文件缺失）"
    return paper.Evidence(
        kind=KINDS[held.kind],
        what=held.what,
        on=held.on,
        value=plain_number(held.value) if held.value is not None else "",
        unit=held.unit,
        limit=held.limit,
        name=name,
        digest=held.digest,
    )
