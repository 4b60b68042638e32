"""Tables of the cases: those a file brought in, and those that are handled here."""

from jieban.apps.cases.models.attached import Attachment, Draft, SavedView
from jieban.apps.cases.models.beside import (
    CaseLink,
    CaseRequest,
    JointCall,
    JointCallUnit,
    Supervision,
)
from jieban.apps.cases.models.imported import (
    AttributedBy,
    Exclusion,
    Import,
    ImportedCase,
    ImportedPrivate,
    ImportedVersion,
)
from jieban.apps.cases.models.keys import IdempotencyKey
from jieban.apps.cases.models.live import Assignment, Case, CaseNote, CasePrivate, Reach

__all__ = [
    "Assignment",
    "Attachment",
    "AttributedBy",
    "Case",
    "CaseLink",
    "CaseNote",
    "CasePrivate",
    "CaseRequest",
    "Draft",
    "Exclusion",
    "IdempotencyKey",
    "Import",
    "ImportedCase",
    "ImportedPrivate",
    "ImportedVersion",
    "JointCall",
    "JointCallUnit",
    "Reach",
    "SavedView",
    "Supervision",
]
