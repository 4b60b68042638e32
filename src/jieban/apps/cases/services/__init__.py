"""Every write of cases: one function per act, one transaction, one event."""

from jieban.apps.cases.services.attribution import attribute_case, merge_name
from jieban.apps.cases.services.exclusions import exclude_assignment
from jieban.apps.cases.services.importing import ImportOutcome, import_file

__all__ = ["ImportOutcome", "attribute_case", "exclude_assignment", "import_file", "merge_name"]
