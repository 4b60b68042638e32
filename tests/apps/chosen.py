"""A small made-up district with published runs, for tests of choosing and matching."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from jieban.apps.assessments import facts, services
from jieban.apps.assessments.models import Run
from jieban.apps.cases import services as cases
from jieban.apps.directory.models import Area
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from jieban.home import Home
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK

STREETS = ("青禾", "松涛", "柳岸")
ESTATE = "住房城乡建设->物业管理->物业服务"
PARKING = "住房城乡建设->物业管理->停车管理"
ROADS = "城市管理->市政设施->道路破损"
ROWS = 24


def imported_district(home: Home, folder: Path, months: tuple[str, ...] = ("10",)) -> None:
    """Three streets of three communities, imported."""
    file = write_export(folder / "district.csv", list(district_rows(months)))
    cases.import_file(CLERK, file, at=AT, home=home)


def district_rows(months: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """Their rows: 青禾一社区 is the worst, 柳岸三社区 the best.

    The n-th community (from nought) has n × 2 resolved of 24 in every month. In 青禾 complaints
    are about estates, elsewhere about roads.
    """
    for month in months:
        for place in range(9):
            street = STREETS[place // 3]
            for number in range(ROWS):
                yield row(
                    f"M{month}P{place}N{number:02}",
                    创建时间=f"2023-{month}-01 09:00:00",
                    办结时间=f"2023-{month}-03 17:00:00",
                    被反映街乡镇=f"{street}街道",
                    所在村社区=f"{street}{'一二三'[place % 3]}社区",
                    主办单位=f"{street}街道",
                    问题分类=(ESTATE if number % 3 else PARKING) if place < 3 else ROADS,
                    是否解决="是" if number < 2 * place else "否",
                    是否满意="满意" if number < 2 * place else "不满意",
                )


def computed(home: Home, period: str = "2023-10") -> Run:
    made = runs.run(
        facts.current_facts(home), schema.load("beijing-district"), period, home.runs, at=AT
    )
    return services.record_run(CLERK, made, at=AT)


def published(home: Home, period: str = "2023-10", at: datetime = AT) -> Run:
    """A run that went all the way."""
    run = computed(home, period)
    services.review_run(CLERK, run.run_id, at=at)
    services.open_appeals(CLERK, run.run_id, at=at, home=home)
    return services.publish_run(CLERK, run.run_id, at=at + timedelta(days=30), home=home)


def code_of(name: str) -> str:
    """The code a place of this name was given."""
    return Area.objects.get(name=name).code
