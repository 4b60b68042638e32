"""Chinese full text over redacted titles, texts and addresses, with full recall.

A text becomes overlapping pairs of characters, a word in letters or digits stays whole; a
query becomes the same pairs in a row, so that every two-character word is found wherever it
stands. SQLite keeps the pairs in a contentless FTS5 table, PostgreSQL in a tsvector with
positions. The tables are made by migration 0003; this module is the only one that knows them.
"""

import re
import unicodedata
from collections.abc import Iterator

from django.db import connection
from django.db.models.expressions import RawSQL

from jieban.apps.cases.models import Case

TABLE = "cases_search"
_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_LONGEST_QUERY = 100


def tokens_of(case: Case) -> str:
    """What the table of full text keeps of a case."""
    return kept_form(content_of(case))


def enter(case_id: int, tokens: str) -> None:
    """Put a case into the table of full text."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {TABLE} (case_id, tokens) VALUES (%s, %s::tsvector)"
                " ON CONFLICT (case_id) DO UPDATE SET tokens = excluded.tokens",
                [case_id, tokens],
            )
        else:
            cursor.execute(
                f"INSERT INTO {TABLE} (rowid, tokens) VALUES (%s, %s)", [case_id, tokens]
            )


def enter_anew(case: Case, before: str) -> None:
    """Put a case into the table again; `before` is what `content_of` said of it until now."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {TABLE} ({TABLE}, rowid, tokens) VALUES ('delete', %s, %s)",
                [case.pk, kept_form(before)],
            )
    enter(case.pk, tokens_of(case))


def content_of(case: Case) -> str:
    """What of a case is searched."""
    return f"{case.title}\n{case.address}\n{case.text}"


def condition(words: str) -> tuple[str, list[str]]:
    """SQL that holds for rows of the table with these words in any order, and its values.

    No words, or signs only: a condition that never holds.
    """
    runs = _RUN.findall(_plain(words[:_LONGEST_QUERY]))
    if not runs:
        return "1 = 0", []
    if connection.vendor == "postgresql":
        return "tokens @@ %s::tsquery", [" & ".join(_pg_phrase(run) for run in runs)]
    return f"{TABLE} MATCH %s", [" AND ".join(_fts_phrase(run) for run in runs)]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _tokens(text: str) -> Iterator[str]:
    for run in _RUN.findall(_plain(text)):
        yield from _pairs(run)
        if not run.isascii():
            # So that one character alone is found by a prefix, at the end of a run too.
            yield run[-1]


def _pairs(run: str) -> Iterator[str]:
    if run.isascii():
        yield run
    else:
        yield from (run[place : place + 2] for place in range(len(run) - 1))


def _fts_phrase(run: str) -> str:
    if len(run) == 1 and not run.isascii():
        return f'"{run}"*'
    return '"' + " ".join(_pairs(run)) + '"'


def _pg_phrase(run: str) -> str:
    if len(run) == 1 and not run.isascii():
        return f"'{run}':*"
    return "(" + " <-> ".join(f"'{pair}'" for pair in _pairs(run)) + ")"


def kept_form(text: str) -> str:
    """A text's tokens in the form the database takes.

    A position past PostgreSQL's limit says only that the word is there.
    """
    if connection.vendor == "sqlite":
        return " ".join(_tokens(text))
    places = enumerate(_tokens(text), start=1)
    return " ".join(f"'{token}':{min(place, 16383)}" for place, token in places)


def matching_ids(words: str) -> RawSQL:
    """The ids of cases with these words, as a subquery for a filter."""
    where, values = condition(words)
    column = "case_id" if connection.vendor == "postgresql" else "rowid"
    return RawSQL(f"SELECT {column} FROM {TABLE} WHERE {where}", values)
