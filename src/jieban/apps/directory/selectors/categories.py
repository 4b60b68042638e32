"""Every read of categories: the tree, a search as somebody types, what a former path means."""

from datetime import date
from functools import lru_cache

from django.db.models import QuerySet

from jieban.apps.directory.models import Category
from jieban.apps.directory.selectors.picture import directory_head
from jieban.domain.directory.names import tidy_name
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import LEVEL
from jieban.tables.categories import CategoryLine, written


def categories(*, ended: bool = False) -> QuerySet[Category]:
    """The categories that stand, in their order; with `ended` those of the past too."""
    found = Category.objects.select_related("parent")
    return found if ended else found.filter(valid_to=None)


def category_by_code(code: str) -> Category:
    """The standing version, else the last one.

    Raises:
        Refused "categories.unknown".
    """
    versions = Category.objects.filter(code=code)
    found = versions.filter(valid_to=None).first() or versions.order_by("-valid_to").first()
    if found is None:
        raise Refused("categories.unknown", category=code)
    return found


def category_versions(code: str) -> list[Category]:
    """Every version of a category, newest first."""
    return sorted(
        Category.objects.filter(code=code),
        key=lambda row: (row.valid_to is None, row.valid_to or date.min),
        reverse=True,
    )


def category_of(text: str) -> Category | None:
    """The standing category that a path, a former path, a code, a name or an alias means."""
    return category_book().meant(text)


def find_categories(words: str, limit: int = 12) -> list[Category]:
    """Standing categories for what somebody types, likeliest first; the first ones for nothing.

    Every word must be in the path or in an alias; a word of several signs may also be signs of
    the name in their order (停管 for 停车管理).
    """
    return category_book().find(words, limit)


def categories_csv() -> bytes:
    """The standing categories as a file that comes back by import."""
    return written(
        CategoryLine(
            "",
            0,
            tuple(row.path.split(LEVEL)),
            row.code,
            tuple(row.aliases),
            row.urgent or None,
            row.utilities or None,
            row.gb39666,
            row.valid_from,
        )
        for row in _in_tree(list(categories()))
    )


def category_tree(*, ended: bool = False) -> list[Category]:
    """Categories as a tree read from the top: each followed by what lies below it."""
    return _in_tree(list(categories(ended=ended)))


def _in_tree(rows: list[Category]) -> list[Category]:
    below: dict[int | None, list[Category]] = {}
    known = {row.pk for row in rows}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)
    found: list[Category] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        row = waiting.pop()
        found.append(row)
        waiting += below.get(row.pk, [])[::-1]
    return found


class CategoryBook:
    """The categories that stand, ready to be searched; and what former paths mean now."""

    def __init__(self) -> None:
        rows = list(Category.objects.select_related("parent"))
        self.listed = [row for row in rows if row.valid_to is None]
        self.standing = {row.code: row for row in self.listed}
        self._meant: dict[str, Category] = {}
        ended = [row for row in rows if row.valid_to is not None and row.code in self.standing]
        for row in sorted(ended, key=lambda row: row.valid_to or date.min, reverse=True):
            self._meant.setdefault(row.path, self.standing[row.code])
        aliased: dict[str, list[Category]] = {}
        for row in self.listed:
            for alias in (row.name, *row.aliases):
                aliased.setdefault(_plain(alias), []).append(row)
        # A name or alias of two categories means neither.
        self._meant |= {alias: rows[0] for alias, rows in aliased.items() if len(rows) == 1}
        for row in self.listed:
            self._meant[row.code] = row
        for row in self.listed:
            self._meant[row.path] = row
        self._searched = [
            (row, _plain(row.name), _plain(row.path), tuple(map(_plain, row.aliases)))
            for row in self.listed
        ]

    def meant(self, text: str) -> Category | None:
        return self._meant.get(text) or self._meant.get(_plain(text))

    def find(self, words: str, limit: int) -> list[Category]:
        wanted = [_plain(word) for word in words.replace(LEVEL, " ").split()]
        if not wanted:
            return self.listed[:limit]
        ranked = []
        for order, (row, name, path, aliases) in enumerate(self._searched):
            worst = max(_rank(word, name, path, aliases) for word in wanted)
            if worst < _UNFIT:
                ranked.append((worst, -row.level, order))
        return [self.listed[order] for *_, order in sorted(ranked)[:limit]]


_UNFIT = 9


def _rank(word: str, name: str, path: str, aliases: tuple[str, ...]) -> int:
    """How well a typed word fits, 0 best."""
    if word == name or word in aliases:
        return 0
    if name.startswith(word):
        return 1
    if word in name:
        return 2
    if any(word in alias for alias in aliases):
        return 3
    if word in path:
        return 4
    signs = iter(name)
    if len(word) > 1 and all(sign in signs for sign in word):
        return 5
    return _UNFIT


def _plain(text: str) -> str:
    return tidy_name(text).casefold().replace(" ", "")


def category_book(head: str | None = None) -> CategoryBook:
    head = directory_head() if head is None else head
    return _kept(head) if head else CategoryBook()


@lru_cache(maxsize=2)
def _kept(_head: str) -> CategoryBook:
    return CategoryBook()
