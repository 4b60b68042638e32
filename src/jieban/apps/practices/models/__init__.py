"""Problem projects, practices, agreements, and what was answered to suggestions."""

from jieban.apps.practices.models.cards import Adoption, Practice, PracticeVersion
from jieban.apps.practices.models.clusters import ClusterAnswer
from jieban.apps.practices.models.notes import Note, NoteItem
from jieban.apps.practices.models.projects import (
    Consultation,
    Cost,
    Photo,
    Project,
    ProjectCall,
    ProjectCase,
    ProjectQuantity,
    ProjectStep,
)

__all__ = [
    "Adoption",
    "ClusterAnswer",
    "Consultation",
    "Cost",
    "Note",
    "NoteItem",
    "Photo",
    "Practice",
    "PracticeVersion",
    "Project",
    "ProjectCall",
    "ProjectCase",
    "ProjectQuantity",
    "ProjectStep",
]
