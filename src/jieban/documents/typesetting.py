"""A PDF out of a form and plain values.

A form is a Typst file of this folder. What it shows is handed over as data and set as text: no
word of it is ever part of the form's own source, so whatever somebody typed stays what it is, and
nothing outside this folder can be read by it. Letters come from the font that is installed with
the product, never from the machine, so the same values give the same paper everywhere.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import typst

_FORMS = files("jieban.documents")
_LONG_RUN = re.compile(r"[!-\u2e7f]{25,}")
_BREAK = "\u200b"


def make_pdf(form: str, values: Mapping[str, Any], *, at: datetime) -> bytes:
    """The form of this name (`posting` is posting.typ) filled in, as a PDF.

    `values` are what JSON can hold. `at` is the moment the paper says it was made; with the same
    moment the same values give the same bytes.
    """
    with as_file(_FORMS) as folder:
        made: bytes = typst.compile(
            folder / f"{form}.typ",
            root=folder,
            font_paths=_font_folders(),
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"values": json.dumps(_clean(values), ensure_ascii=False)},
            timestamp=int(at.timestamp()),
        )
    return made


def spaced(digest: str) -> str:
    """A digest in groups of 16, so that it fits a column and can be compared by eye."""
    return " ".join(digest[start : start + 16] for start in range(0, len(digest), 16))


@lru_cache(maxsize=1)
def _font_folders() -> list[Path]:
    return sorted({fonts.sans_path().parent, fonts.serif_path().parent})


def _clean(value: Any) -> Any:
    """The same without signs that no letter stands for (NUL and its like, halves of pairs)."""
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode("utf-8")
        shown = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
        # A long run without a space would leave the page: it may break where this sign stands.
        return _LONG_RUN.sub(lambda run: _BREAK.join(re.findall(".{1,12}", run[0])), shown)
    if isinstance(value, Mapping):
        return {str(name): _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    return value
