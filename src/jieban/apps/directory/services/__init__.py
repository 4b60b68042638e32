"""Every write of the directory; each change is an event."""

from jieban.apps.directory.services.calendar import (
    add_closing,
    import_calendar,
    remove_closing,
    set_shifts,
)
from jieban.apps.directory.services.categories import (
    START_SET,
    CategoriesOutcome,
    import_categories,
    import_start_set,
)
from jieban.apps.directory.services.duties import DutiesOutcome, import_duties
from jieban.apps.directory.services.entries import (
    DirectoryOutcome,
    confirm_entries,
    confirm_entry,
    import_directory,
    merge_entry,
    open_namebook,
)

__all__ = [
    "START_SET",
    "CategoriesOutcome",
    "DirectoryOutcome",
    "DutiesOutcome",
    "add_closing",
    "confirm_entries",
    "confirm_entry",
    "import_calendar",
    "import_categories",
    "import_directory",
    "import_duties",
    "import_start_set",
    "merge_entry",
    "open_namebook",
    "remove_closing",
    "set_shifts",
]
