"""Every write of cases: one function per act, one transaction, one event."""

from jieban.apps.cases.services.attribution import attribute_case, merge_name
from jieban.apps.cases.services.directory_files import (
    preview_directory,
    receive_directory,
    take_in_directory,
)
from jieban.apps.cases.services.exclusions import exclude_assignment
from jieban.apps.cases.services.importing import ImportOutcome, import_file
from jieban.apps.cases.services.receiving import preview, receive, rejects_workbook, take_in

__all__ = [
    "ImportOutcome",
    "attribute_case",
    "exclude_assignment",
    "import_file",
    "merge_name",
    "preview",
    "preview_directory",
    "receive",
    "receive_directory",
    "rejects_workbook",
    "take_in",
    "take_in_directory",
]
