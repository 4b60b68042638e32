"""Inspection rectification: rounds and plans, tasks, and what is told and proved of them."""

from jieban.apps.rectification.models.proof import (
    Check,
    DueRequest,
    Evidence,
    LookBack,
    Objection,
    Report,
)
from jieban.apps.rectification.models.rounds import Approval, PlanVersion, Round
from jieban.apps.rectification.models.tasks import ActionItem, Problem, Step, Task, TaskUnit

__all__ = [
    "ActionItem",
    "Approval",
    "Check",
    "DueRequest",
    "Evidence",
    "LookBack",
    "Objection",
    "PlanVersion",
    "Problem",
    "Report",
    "Round",
    "Step",
    "Task",
    "TaskUnit",
]
