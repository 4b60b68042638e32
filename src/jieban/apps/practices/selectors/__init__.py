"""Every read of projects, practices, notes and suggestions."""

from jieban.apps.practices.selectors.projects import projects_of_term

__all__ = ["projects_of_term"]
