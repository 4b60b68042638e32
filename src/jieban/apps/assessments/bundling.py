"""What an auditor takes along: a run, the facts it cites, and how to check them."""

import io
import zipfile
from datetime import datetime

from jieban.apps.assessments.shown import Shown
from jieban.home import Home

_README = """\
{run}

run/     manifest.json 清单, result.json 全部数字, table-*.csv 考核表, counts.sql, cubes.parquet
facts/   the fact tables that the manifest cites 清单所引用的考核明细（不含来电人信息）

Recompute 重算:  jieban evaluate verify run --facts facts
Exact columns must be equal; intervals may differ by 0.01 at most.
精确列必须逐格一致，区间列允许相差 0.01。
"""
_EPOCH = datetime(1980, 1, 1).timetuple()[:6]  # noqa: DTZ001 - a zip member's date, no moment


def bundle(home: Home, it: Shown) -> bytes:
    """A zip of the run's folder and the facts files its manifest cites; same run, same bytes.

    The facts folder's own manifest is not in it: only what this run read.
    """
    assert it.run.folder is not None
    cited = it.run.manifest["facts"]["files"]
    names = [cited["areas"]["name"], cited["units"]["name"]]
    names += [part["name"] for part in cited["parts"]]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "README.txt", _README.format(run=it.id).encode())
        for file in sorted(it.run.folder.iterdir()):
            _add(archive, f"run/{file.name}", file.read_bytes())
        for name in names:
            _add(archive, f"facts/{name}", (home.facts / name).read_bytes())
    return content.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
