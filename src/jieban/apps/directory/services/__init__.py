"""Every write of the directory; each change is an event."""

from jieban.apps.directory.services.entries import (
    DirectoryOutcome,
    confirm_entries,
    confirm_entry,
    import_directory,
    merge_entry,
    open_namebook,
)

__all__ = [
    "DirectoryOutcome",
    "confirm_entries",
    "confirm_entry",
    "import_directory",
    "merge_entry",
    "open_namebook",
]
