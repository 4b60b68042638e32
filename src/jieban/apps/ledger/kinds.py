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
            "case.received",
            "受理",
            "case received",
            "kind",
            "urgency",
            "complexity",
            "category",
            "channel",
            "area",
            "limit",
            "parent",
            changes_facts=True,
        ),
        _kind(
            "case.classified", "分类定级", "case classified", "before", "after", changes_facts=True
        ),
        _kind(
            "case.dispatched",
            "派单",
            "case dispatched",
            "lead",
            "dual",
            "joint",
            "pass",
            changes_facts=True,
        ),
        _kind("case.accepted", "签收", "case accepted", "unit", "role", "pass", changes_facts=True),
        _kind(
            "case.share_accepted", "协办签收", "share of a case accepted", "unit", "role", "pass"
        ),
        _kind(
            "case.lead_changed",
            "变更主办",
            "lead unit changed",
            "before",
            "after",
            "state",
            changes_facts=True,
        ),
        _kind(
            "case.returned",
            "退单",
            "case returned",
            "unit",
            "returns",
            "gone_up",
            changes_facts=True,
        ),
        _kind(
            "case.share_returned",
            "协办退单",
            "share of a case returned",
            "unit",
            "role",
            "pass",
            changes_facts=True,
        ),
        _kind("case.contacted", "联系诉求人", "resident contacted", "unit", "method", "note"),
        _kind("case.contact_tried", "联系未果", "contact tried", "unit", "method", "note"),
        _kind(
            "case.answered",
            "办结答复",
            "case answered",
            "unit",
            "role",
            "pass",
            "note",
            changes_facts=True,
        ),
        _kind(
            "case.share_answered",
            "协办办结",
            "share of a case answered",
            "unit",
            "role",
            "pass",
            "note",
            changes_facts=True,
        ),
        _kind("case.replied", "答复咨询", "enquiry answered", "note", changes_facts=True),
        _kind("case.declined", "不予受理", "case declined", "instead", changes_facts=True),
        _kind("case.closed", "归档", "case closed", changes_facts=True),
        _kind(
            "case.reopened",
            "重办",
            "case reopened",
            "pass",
            "lead",
            "dual",
            "joint",
            changes_facts=True,
        ),
        _kind(
            "case.followed_up",
            "回访",
            "case followed up",
            "follow_up",
            "valid",
            "contacted",
            "resolved",
            "satisfaction",
            "pass",
            changes_facts=True,
        ),
        _kind("case.hold_asked", "申请挂账", "hold asked for", "request", "terms"),
        _kind(
            "case.hold_granted",
            "同意挂账",
            "hold granted",
            "request",
            "terms",
            "asked_by",
            changes_facts=True,
        ),
        _kind("case.hold_refused", "不同意挂账", "hold refused", "request", "terms", "asked_by"),
        _kind("case.hold_withdrawn", "撤回挂账申请", "hold withdrawn", "request"),
        _kind("case.hold_ended", "销账", "hold ended", "request", changes_facts=True),
        _kind("case.hold_review_due", "挂账到期复查", "hold due for review", "request", "day"),
        _kind("case.extension_asked", "申请延期", "extension asked for", "request", "terms"),
        _kind(
            "case.extension_granted",
            "同意延期",
            "extension granted",
            "request",
            "terms",
            "asked_by",
            changes_facts=True,
        ),
        _kind(
            "case.extension_refused",
            "不同意延期",
            "extension refused",
            "request",
            "terms",
            "asked_by",
        ),
        _kind("case.extension_withdrawn", "撤回延期申请", "extension withdrawn", "request"),
        _kind("case.exclusion_asked", "申请剔除", "exclusion asked for", "request", "terms"),
        _kind(
            "case.exclusion_granted",
            "同意剔除",
            "exclusion granted",
            "request",
            "terms",
            "asked_by",
            changes_facts=True,
        ),
        _kind(
            "case.exclusion_refused",
            "不同意剔除",
            "exclusion refused",
            "request",
            "terms",
            "asked_by",
        ),
        _kind("case.exclusion_withdrawn", "撤回剔除申请", "exclusion withdrawn", "request"),
        _kind("case.objection_asked", "提出派单异议", "dispatch objected to", "request", "terms"),
        _kind(
            "case.objection_granted",
            "派单异议成立",
            "objection upheld",
            "request",
            "terms",
            "asked_by",
        ),
        _kind(
            "case.objection_refused",
            "派单异议不成立",
            "objection refused",
            "request",
            "terms",
            "asked_by",
        ),
        _kind("case.objection_withdrawn", "撤回派单异议", "objection withdrawn", "request"),
        _kind(
            "case.units_called",
            "吹哨",
            "units called in",
            "call",
            "caller",
            "units",
            "report_in_by",
        ),
        _kind("case.unit_reported_in", "报到", "unit reported in", "call", "unit", "in_time"),
        _kind("case.jointly_visited", "联合踏勘", "joint visit", "call", "tasks"),
        _kind("case.task_finished", "完成吹哨任务", "task of a joint call done", "call", "unit"),
        _kind("case.joint_call_finished", "结束吹哨", "joint call finished", "call", "ratings"),
        _kind("case.caller_rated", "评价吹哨单位", "caller rated", "call", "unit", "rating"),
        _kind("case.urged", "催办", "case urged", "urges"),
        _kind("case.supervised", "督办", "case supervised", "supervision", "source"),
        _kind("case.supervision_ended", "结束督办", "supervision ended", "supervision"),
        _kind("case.merged", "并单", "case merged", "into", changes_facts=True),
        _kind("case.took_in", "并入", "case taken in", "number"),
        _kind("case.merge_undone", "撤销并单", "merge undone", "from", changes_facts=True),
        _kind("case.gave_back", "移出并单", "case given back", "number"),
        _kind("case.linked", "关联重复诉求", "linked as a repetition", "of"),
        _kind("case.unlinked", "取消关联", "link undone", "of"),
        _kind("case.split", "拆分", "case split", "child"),
        _kind("case.unmasked", "查看个人信息", "personal data shown", "fields"),
        _kind("case.erased", "删除个人信息", "personal data erased", "notes"),
        _kind("case.reminded", "到期提醒", "reminder", "light", "came_at", "due_at", "unit"),
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
            "categories.imported",
            "导入问题分类",
            "categories imported",
            "file",
            "file_digest",
            "counts",
            "changes",
        ),
        _kind(
            "duties.imported",
            "导入职责清单",
            "duty list imported",
            "file",
            "file_digest",
            "counts",
            "changes",
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
