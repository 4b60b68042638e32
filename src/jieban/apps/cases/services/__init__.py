"""Every write of cases: one function per act, one transaction, one event."""

from jieban.apps.cases.services.alarms import ask_hold_reviews, ring_alarms
from jieban.apps.cases.services.attachments import attach, content_of, remove_attachment
from jieban.apps.cases.services.attribution import attribute_case, merge_name
from jieban.apps.cases.services.by_name import make_move
from jieban.apps.cases.services.calling import (
    call_units,
    finish_call,
    finish_task,
    rate_caller,
    record_joint_visit,
    report_in,
)
from jieban.apps.cases.services.directory_files import (
    preview_directory,
    receive_directory,
    take_in_directory,
)
from jieban.apps.cases.services.drafts import drop_draft, forget_drafts, save_draft
from jieban.apps.cases.services.exclusions import exclude_assignment
from jieban.apps.cases.services.exporting import note_export
from jieban.apps.cases.services.idempotency import new_key
from jieban.apps.cases.services.importing import ImportOutcome, import_file
from jieban.apps.cases.services.intake import Intake, classify_case, receive_case
from jieban.apps.cases.services.keeping import keep_note
from jieban.apps.cases.services.linking import (
    link_repeat,
    merge_case,
    split_case,
    undo_merge,
    undo_repeat,
)
from jieban.apps.cases.services.moves import (
    accept_case,
    answer_case,
    change_lead,
    close_case,
    decline_case,
    dispatch_case,
    record_contact,
    reopen,
    reopen_case,
    reply_enquiry,
    return_case,
)
from jieban.apps.cases.services.outcomes import (
    close_after_follow_up,
    hold_for_follow_up,
    record_outcome,
)
from jieban.apps.cases.services.private import (
    erase_due,
    erase_due_imported,
    erase_private,
    unmask_case,
)
from jieban.apps.cases.services.receiving import preview, receive, rejects_workbook, take_in
from jieban.apps.cases.services.requesting import (
    ask_request,
    decide_request,
    end_hold,
    withdraw_request,
)
from jieban.apps.cases.services.views import drop_view, save_view
from jieban.apps.cases.services.watching import end_supervision, supervise_case, urge_case

__all__ = [
    "ImportOutcome",
    "Intake",
    "accept_case",
    "answer_case",
    "ask_hold_reviews",
    "ask_request",
    "attach",
    "attribute_case",
    "call_units",
    "change_lead",
    "classify_case",
    "close_after_follow_up",
    "close_case",
    "content_of",
    "decide_request",
    "decline_case",
    "dispatch_case",
    "drop_draft",
    "drop_view",
    "end_hold",
    "end_supervision",
    "erase_due",
    "erase_due_imported",
    "erase_private",
    "exclude_assignment",
    "finish_call",
    "finish_task",
    "forget_drafts",
    "hold_for_follow_up",
    "import_file",
    "keep_note",
    "link_repeat",
    "make_move",
    "merge_case",
    "merge_name",
    "new_key",
    "note_export",
    "preview",
    "preview_directory",
    "rate_caller",
    "receive",
    "receive_case",
    "receive_directory",
    "record_contact",
    "record_joint_visit",
    "record_outcome",
    "rejects_workbook",
    "remove_attachment",
    "reopen",
    "reopen_case",
    "reply_enquiry",
    "report_in",
    "return_case",
    "ring_alarms",
    "save_draft",
    "save_view",
    "split_case",
    "supervise_case",
    "take_in",
    "take_in_directory",
    "undo_merge",
    "undo_repeat",
    "unmask_case",
    "urge_case",
    "withdraw_request",
]
