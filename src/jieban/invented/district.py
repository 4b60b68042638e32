"""The invented district: places, units, populations, one reform of boundaries, other names.

It is the same for every seed, so that two sets of cases can be compared place by place. Sizes
follow a real district: 24 streets and 2 towns, 383 communities and 57 villages, about two
million people, 40 departments and six utilities. Populations are log-normal within each kind
of place. On `reform_date` one street is dissolved into two; its communities go on under the
new streets with new codes, so each has an old and a new row, the old one naming its successor.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from jieban.invented import words

PREFIX = "990106"
"""No province's code begins with 99."""
DISTRICT_SEED = 990106
POPULATION = 2_003_600
COMMUNITIES, VILLAGES = 383, 57


@dataclass(frozen=True)
class Area:
    """A place. `kind` is 区, 街道, 镇, 社区 or 村; `parent` and `successor` are codes."""

    code: str
    name: str
    kind: str
    parent: str | None = None
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unit:
    """承办单位. `kind` is 街道办事处, 镇政府, 部门 or 企业; a street's office bears its name.

    `serves` is the code of the place it answers for, where its name does not say so.
    """

    code: str
    name: str
    kind: str
    parent: str | None = None
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    aliases: tuple[str, ...] = ()
    serves: str | None = None


@dataclass(frozen=True)
class District:
    """Places and units in the order of the directory, former ones last in each group.

    `streets` and `communities` are the present ones (26 and 440); `street_of[i]` is the index
    of community i's street, and `was_in_dissolved[i]` says that it lay in the dissolved street
    before `reform_date`.
    """

    name: str
    areas: tuple[Area, ...]
    units: tuple[Unit, ...]
    streets: tuple[Area, ...]
    communities: tuple[Area, ...]
    street_of: tuple[int, ...]
    was_in_dissolved: tuple[bool, ...]
    reform_date: date
    dissolved: Area

    def unit_index(self, name: str) -> int:
        """Position in `units` of the unit called `name`. Unknown names are a ValueError."""
        return [unit.name for unit in self.units].index(name)


def _shares(rng: np.random.Generator, count: int, total: int, least: int) -> list[int]:
    """`count` whole numbers of uneven size, each at least `least`, summing to `total`."""
    raw = np.exp(rng.normal(0.0, 0.35, count))
    sizes = np.maximum(least, np.floor(raw / raw.sum() * total)).astype(int)
    while sizes.sum() != total:
        step = 1 if sizes.sum() < total else -1
        sizes[int(np.argmax(sizes)) if step < 0 else int(np.argmin(sizes))] += step
    return [int(size) for size in sizes]


def _community_names(stems: list[str], count: int, villages: int) -> tuple[list[str], list[str]]:
    """Names for one street; no two share what is left without 社区 or 村."""
    built = [
        f"{stem}{ending}社区"
        for turn in range(len(words.COMMUNITY_ENDINGS))
        for place, stem in enumerate(stems)
        for ending in [words.COMMUNITY_ENDINGS[(turn + place) % len(words.COMMUNITY_ENDINGS)]]
    ]
    bare = [f"{stem}村" for stem in stems] + [
        f"{side}{stem}村" for side in ("前", "后", "上", "下") for stem in stems
    ]
    return built[:count], bare[:villages]


def build_district(reform_date: date) -> District:
    """The district whose reform falls on `reform_date`; everything else is always the same."""
    rng = np.random.Generator(np.random.PCG64(DISTRICT_SEED))
    street_names = [f"{stem}街道" for stem in words.STREETS] + [f"{stem}镇" for stem in words.TOWNS]
    built = [*_shares(rng, 24, COMMUNITIES - 12, 8), 5, 7]
    bare = [0] * 26
    for place, villages in {3: 4, 9: 6, 16: 5, 22: 5, 24: 20, 25: 17}.items():
        bare[place] = villages
    district_code = PREFIX
    codes = [f"{PREFIX}{number:03d}" for number in range(1, 27)]
    dissolved_code = f"{PREFIX}030"

    communities: list[Area] = []
    street_of: list[int] = []
    kind_scale: list[float] = []
    for place in range(26):
        stems = list(words.STEMS[place::26])
        names, villages_here = _community_names(stems, built[place], bare[place])
        for kind, first, group in (("社区", 1, names), ("村", 201, villages_here)):
            for number, name in enumerate(group):
                code = f"{codes[place]}{first + number:03d}"
                communities.append(Area(code, name, kind, codes[place]))
                street_of.append(place)
                kind_scale.append(1.0 if kind == "社区" else 0.34)
    # One name borne in two streets, as happens in real districts: only the street tells them apart.
    twin = next(i for i, place in enumerate(street_of) if place == 11)
    other = next(i for i, place in enumerate(street_of) if place == 5)
    communities[twin] = replace(communities[twin], name=communities[other].name)

    size = np.exp(rng.normal(0.0, 0.55, len(communities))) * np.array(kind_scale)
    people = np.maximum(240, np.floor(size / size.sum() * POPULATION)).astype(int)
    people[int(np.argmax(people))] += POPULATION - int(people.sum())
    reformed = [place in words.DISSOLVED_INTO for place in street_of]
    aliased = {int(place) for place in rng.choice(len(communities), 24, replace=False)} - {twin}
    for place, area in enumerate(communities):
        stem = area.name.removesuffix("社区").removesuffix("村")
        others = (f"{stem}小区",) if place in aliased and area.kind == "社区" else ()
        communities[place] = replace(
            area,
            population=int(people[place]),
            valid_from=reform_date if reformed[place] else None,
            aliases=others,
        )

    by_street = np.bincount(street_of, weights=people, minlength=26).astype(int)
    streets = tuple(
        Area(
            codes[place],
            name,
            "街道" if place < 24 else "镇",
            district_code,
            int(by_street[place]),
            valid_from=reform_date if place in words.DISSOLVED_INTO else None,
            aliases=(f"{name}办事处", f"{name}办") if place < 24 else (f"{name}政府",),
        )
        for place, name in enumerate(street_names)
    )
    heir = max(words.DISSOLVED_INTO, key=lambda place: by_street[place])
    dissolved = Area(
        dissolved_code,
        f"{words.DISSOLVED_STREET}街道",
        "街道",
        district_code,
        int(sum(by_street[place] for place in words.DISSOLVED_INTO)),
        valid_to=reform_date,
        successor=codes[heir],
        aliases=(f"{words.DISSOLVED_STREET}街道办事处",),
    )
    former = [
        Area(
            f"{dissolved_code}{number:03d}",
            area.name,
            area.kind,
            dissolved_code,
            area.population,
            valid_to=reform_date,
            successor=area.code,
        )
        for number, area in enumerate(
            (area for place, area in enumerate(communities) if reformed[place]), start=1
        )
    ]
    district = Area(district_code, words.DISTRICT, "区", None, POPULATION)
    return District(
        words.DISTRICT,
        (district, *streets, *communities, dissolved, *former),
        _units(streets, dissolved, heir, reform_date),
        streets,
        tuple(communities),
        tuple(street_of),
        tuple(reformed),
        reform_date,
        dissolved,
    )


def _units(
    streets: tuple[Area, ...], dissolved: Area, heir: int, reform_date: date
) -> tuple[Unit, ...]:
    """The 26 street offices first (same order as the streets), then 40 + 6, the former office."""
    offices = [
        Unit(
            f"{PREFIX}S{place + 1:02d}",
            street.name,
            "街道办事处" if street.kind == "街道" else "镇政府",
            population=street.population,
            valid_from=street.valid_from,
            aliases=street.aliases,
        )
        for place, street in enumerate(streets)
    ]
    departments = [
        Unit(
            f"{PREFIX}D{number:02d}",
            name,
            "部门",
            aliases=(f"{words.DISTRICT_STEM}{name}",) if name.startswith("区") else (),
            serves=PREFIX if name == words.DISTRICT_OFFICE else None,
        )
        for number, name in enumerate(words.DEPARTMENTS, start=1)
    ]
    enterprises = [
        Unit(f"{PREFIX}E{number:02d}", name, "企业", aliases=(f"{words.DISTRICT}{name[2:]}",))
        for number, name in enumerate(words.ENTERPRISES, start=1)
    ]
    former = Unit(
        f"{PREFIX}S30",
        dissolved.name,
        "街道办事处",
        population=dissolved.population,
        valid_to=reform_date,
        successor=offices[heir].code,
        aliases=dissolved.aliases,
    )
    return (*offices, *departments, *enterprises, former)
