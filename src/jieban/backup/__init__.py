"""One file that holds an installation, and an installation out of that file.

A backup is a tar: the database as it was at one moment, then the folders of HOME, last
`manifest.json` with the digest and size of every other member. A file without a manifest is
half a backup and says so. The database comes first: what its rows speak of was written before
them, so the folders hold it. Keys are in it only when asked for, sealed under a passphrase:
kept together in the open, they would protect nothing.
"""

from jieban.backup.archive import KEYS, MANIFEST, Backup, check_passphrase, verify_backup
from jieban.backup.making import make_backup
from jieban.backup.restoring import Restored, restore_backup

__all__ = [
    "KEYS",
    "MANIFEST",
    "Backup",
    "Restored",
    "check_passphrase",
    "make_backup",
    "restore_backup",
    "verify_backup",
]
