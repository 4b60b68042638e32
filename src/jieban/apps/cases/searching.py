"""Chinese full text over redacted titles, texts and addresses, with full recall.

A text becomes overlapping pairs of characters, a word in letters or digits stays whole; a
query becomes the same pairs in a row, so that every two-character word is found wherever it
stands. SQLite keeps the pairs in a contentless FTS5 table, PostgreSQL in a tsvector with
positions. The tables are made by migration 0003; this module is the only one that knows them.
"""

import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from jieban.apps.cases.models import Case

TABLE = "cases_search"
_RUN = re.compile(r"[a-z0-9]+|[^\W_a-z0-9]+")
_LONGEST_QUERY = 100
_FIRST_TRIED = 2_000
_SMALL_SCOPE = 6_000
_COMMON = 0.005
_STATISTICS_SECONDS = 600.0
_statistics: list[tuple[float, dict[str, float]]] = [(-_STATISTICS_SECONDS, {})]


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


def newest(words: str, keys: Sequence[str] | None, *, below: int | None, most: int) -> list[int]:
    """Ids of cases with these words in any order that are seen from one of the scopes (None:
    from everywhere), newest first, less than `below`.

    How it looks follows from how large the scopes and how common the words are, so that rare and
    common ones are found alike.
    """
    runs = _RUN.findall(_plain(words[:_LONGEST_QUERY]))
    if not runs or (keys is not None and not keys):
        return []
    looked = _Look(runs, keys, below, most)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return looked.on_postgresql(cursor)
        return looked.on_sqlite(cursor)


def has(text: str, words: str) -> bool:
    """Whether a text has the words, as the table of full text would say."""
    runs = _RUN.findall(_plain(words[:_LONGEST_QUERY]))
    there = _RUN.findall(_plain(text))
    return bool(runs) and all(
        any(run == one if run.isascii() else not one.isascii() and run in one for one in there)
        for run in runs
    )


@dataclass(frozen=True)
class _Look:
    """One search. Every part of a statement is ours; what was asked goes in as values."""

    runs: Sequence[str]
    keys: Sequence[str] | None
    below: int | None
    most: int

    def on_sqlite(self, cursor: Any) -> list[int]:
        """FTS5 gives rows newest first as it finds them, half a microsecond each.

        Of a large scope the newest that have the words are tried first; only if few of them are
        in it, or if it is a small one, is the whole scope brought together.
        """
        phrase = " AND ".join(_fts_phrase(run) for run in self.runs)
        match = f"{TABLE} MATCH %s"
        values: list[object] = [phrase]
        if self.below is not None:
            match, values = f"{match} AND rowid < %s", [phrase, self.below]
        having = f"SELECT rowid FROM {TABLE} WHERE {match}"
        if self.keys is None:
            return _ids(cursor, f"{having} ORDER BY rowid DESC LIMIT %s", [*values, self.most])
        few = f"SELECT rowid AS found FROM ({having} ORDER BY rowid DESC LIMIT {_FIRST_TRIED})"
        scope = f"SELECT case_id FROM cases_reach WHERE {self._in_keys}"
        if _has(cursor, _SMALL_SCOPE, scope, self.keys):
            found = _ids(
                cursor,
                f"SELECT found FROM ({few}) WHERE {self._reached('found')}"
                " ORDER BY found DESC LIMIT %s",
                [*values, *self.keys, self.most],
            )
            if len(found) == self.most or not _has(cursor, _FIRST_TRIED, having, values):
                return found
        # The plus keeps SQLite from asking the table of full text for each case of the scope.
        return _ids(
            cursor,
            f"{having} AND +rowid IN ({scope}) ORDER BY rowid DESC LIMIT %s",
            [*values, *self.keys, self.most],
        )

    def on_postgresql(self, cursor: Any) -> list[int]:
        """GIN gives rows in no order: for rare words all of them are taken and ordered. Common ones
        are met soon on the way down the cases, or down the newest of the scope."""
        query = " & ".join(_pg_phrase(run) for run in self.runs)
        below, until = ("", []) if self.below is None else (" AND case_id < %s", [self.below])
        if _share(cursor, self.runs) >= _COMMON:
            # Written so that the index on the words is of no use.
            has_words = "coalesce(tokens @@ %s::tsquery, false)"
            if self.keys is None:
                return _ids(
                    cursor,
                    f"SELECT case_id FROM {TABLE} WHERE {has_words}{below}"
                    " ORDER BY case_id DESC LIMIT %s",
                    [query, *until, self.most],
                )
            if len(self.keys) == 1:
                scope = f"SELECT case_id FROM cases_reach WHERE {self._in_keys}{below}"
                newest = f"{scope} ORDER BY case_id DESC LIMIT {_SMALL_SCOPE}"
                there = f"SELECT {has_words} FROM {TABLE} WHERE {TABLE}.case_id = newest.case_id"
                found = _ids(
                    cursor,
                    f"SELECT case_id FROM ({newest}) AS newest"
                    f" WHERE coalesce(({there}), false) ORDER BY case_id DESC LIMIT %s",
                    [*self.keys, *until, query, self.most],
                )
                whole = [*self.keys, *until]
                if len(found) == self.most or not _has(cursor, _SMALL_SCOPE, scope, whole):
                    return found
        rare = f"SELECT case_id AS found FROM {TABLE} WHERE tokens @@ %s::tsquery{below}"
        reached = "" if self.keys is None else f" WHERE {self._reached('found')}"
        return _ids(
            cursor,
            f"WITH rare AS MATERIALIZED ({rare})"
            f" SELECT found FROM rare{reached} ORDER BY found DESC LIMIT %s",
            [query, *until, *(self.keys or ()), self.most],
        )

    @property
    def _in_keys(self) -> str:
        return f"cases_reach.key IN ({', '.join(['%s'] * len(self.keys or ()))})"

    def _reached(self, column: str) -> str:
        return f"EXISTS (SELECT 1 FROM cases_reach WHERE case_id = {column} AND {self._in_keys})"


def _ids(cursor: Any, statement: str, values: Sequence[object]) -> list[int]:
    cursor.execute(statement, values)
    return [row[0] for row in cursor.fetchall()]


def _has(cursor: Any, count: int, rows: str, values: Sequence[object]) -> bool:
    """Whether a query has so many rows; counted where they are, and no further."""
    cursor.execute(f"SELECT count(*) FROM ({rows} LIMIT {count}) AS few", values)
    return bool(cursor.fetchone()[0] == count)


def _share(cursor: Any, runs: Sequence[str]) -> float:
    """In what share of the cases the rarest pair of the words is, as PostgreSQL's statistics
    know; 0 for one that they do not list.

    Of a whole phrase its planner thinks that its pairs come by chance, which they do not.
    """
    pairs = [pair for run in runs for pair in _pairs(run)]
    shares = _shares(cursor)
    return min((shares.get(pair, 0.0) for pair in pairs), default=1.0)


def _shares(cursor: Any) -> dict[str, float]:
    """The most common pairs and in what share of the cases they are; asked for now and then."""
    read_at, shares = _statistics[0]
    if time.monotonic() - read_at > _STATISTICS_SECONDS:
        cursor.execute(
            "SELECT most_common_elems::text::text[], most_common_elem_freqs FROM pg_stats"
            " WHERE schemaname = current_schema() AND tablename = %s AND attname = 'tokens'",
            [TABLE],
        )
        row = cursor.fetchone()
        # After the shares of the elements come their smallest and largest.
        shares = dict(zip(row[0], row[1], strict=False)) if row and row[0] else {}
        _statistics[0] = (time.monotonic(), shares)
    return shares


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
