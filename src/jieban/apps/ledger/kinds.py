"""Every kind of event, once: its words and the keys its body must have.

An event of an undeclared kind, or with other keys than these, is not written.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of event. `kind` is noun.past_verb; `keys` are exactly the keys of its body.

    `followed` kinds go through the outbox: somebody may be told of them (webhooks, reminders).
    `changes_facts` says that facts built before such an event are no longer current.
    """

    kind: str
    zh: str
    en: str
    keys: frozenset[str]
    followed: bool
    changes_facts: bool


_FOLLOWED = ("case.", "follow_up.")


def _kind(kind: str, zh: str, en: str, *keys: str, changes_facts: bool = False) -> Kind:
    return Kind(kind, zh, en, frozenset(keys), kind.startswith(_FOLLOWED), changes_facts)


KINDS = {
    kind.kind: kind
    for kind in (
        _kind(
            "cases.imported",
            "导入工单",
            "cases imported",
            "file",
            "file_digest",
            "profile",
            "profile_digest",
            "source",
            "counts",
            "provisional",
            changes_facts=True,
        ),
        _kind(
            "case.attributed",
            "认定归属",
            "case attributed",
            "number",
            "before",
            "after",
            changes_facts=True,
        ),
        _kind(
            "case.excluded",
            "剔除",
            "case excluded",
            "number",
            "unit",
            "ground",
            "appeal",
            changes_facts=True,
        ),
        _kind(
            "directory.imported",
            "导入名录",
            "directory imported",
            "file",
            "file_digest",
            "counts",
            "changes",
            changes_facts=True,
        ),
        _kind(
            "directory.confirmed",
            "确认名录条目",
            "directory entry confirmed",
            "kind",
            "name",
            changes_facts=True,
        ),
        _kind(
            "directory.merged",
            "并入名录条目",
            "directory entry merged",
            "kind",
            "name",
            "into",
            "cases",
            changes_facts=True,
        ),
        _kind(
            "calendar.imported",
            "导入节假日安排",
            "holidays imported",
            "file",
            "file_digest",
            "notice",
            "years",
            "holidays",
            "workdays",
            "changes",
        ),
        _kind("calendar.closed", "登记临时停办", "one-off closing entered", "since", "until"),
        _kind(
            "calendar.closing_removed", "撤销临时停办", "one-off closing removed", "since", "until"
        ),
        _kind("calendar.shifts_set", "调整班次", "office hours set", "before", "after"),
        _kind("run.computed", "测算", "run computed", "run", "period", "rulebook", "version"),
        _kind("run.reviewed", "审核", "run reviewed", "run", "period", "rulebook"),
        _kind(
            "run.opened_for_appeal", "开放申诉", "run opened for appeal", "run", "until", "rulebook"
        ),
        _kind("run.closed_for_appeal", "申诉截止", "appeal window closed early", "run", "rulebook"),
        _kind("run.published", "公布", "run published", "run", "version", "because", "manifest"),
        _kind(
            "appeal.raised",
            "提出申诉",
            "appeal raised",
            "run",
            "number",
            "unit",
            "ground",
            "evidence_digest",
        ),
        _kind("appeal.granted", "申诉成立", "appeal granted", "ground"),
        _kind("appeal.refused", "申诉不成立", "appeal refused"),
        _kind("appeal.withdrawn", "撤回申诉", "appeal withdrawn"),
        _kind("webhook.added", "新增推送", "webhook added", "host", "kinds"),
        _kind("webhook.removed", "删除推送", "webhook removed", "host"),
        _kind("webhook.paused", "暂停推送", "webhook paused", "because"),
        _kind("webhook.resumed", "恢复推送", "webhook resumed"),
        _kind("webhook.replayed", "重新推送", "webhook message sent again", "event"),
    )
}

FACT_KINDS = tuple(kind.kind for kind in KINDS.values() if kind.changes_facts)
"""Kinds that can change a fact; runs and publications cannot."""
