"""Addresses of assessments. Everything about a run hangs under the run: it can be shared."""

from django.urls import path, register_converter

from jieban.apps.assessments import web
from jieban.evaluation.places import LEVELS

app_name = "assessments"


class LevelPart:
    """One of the levels of the tables."""

    regex = "|".join(LEVELS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class CodePart:
    """A code of the directory; summary lines are written ~name, a slash is written %2F."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        if value.startswith("~"):
            return f"<{value[1:]}>"
        return value.replace("%2F", "/").replace("%25", "%")

    def to_url(self, value: str) -> str:
        if value.startswith("<"):
            return f"~{value[1:-1]}"
        return value.replace("%", "%25").replace("/", "%2F")


register_converter(LevelPart, "level")
register_converter(CodePart, "code")

RUN = "runs/<str:run_id>/"
urlpatterns = [
    path("", web.overview, name="overview"),
    path("tables/", web.newest, name="newest"),
    path("runs/", web.listing, name="list"),
    path("runs/compute/", web.compute, name="compute"),
    path(RUN, web.run, name="run"),
    path(f"{RUN}overview/", web.overview, name="overview_of"),
    path(f"{RUN}act/<str:act>/", web.act, name="act"),
    path(f"{RUN}run.zip", web.bundle, name="bundle"),
    path(f"{RUN}manifest.json", web.manifest, name="manifest"),
    path(f"{RUN}against/<str:other>/", web.compare, name="compare"),
    path(f"{RUN}appeal/", web.raise_appeal, name="appeal_raise"),
    path(f"{RUN}<level:level>/", web.table, name="table"),
    path(f"{RUN}<level:level>/table.<str:form>", web.table_file, name="table_file"),
    path(f"{RUN}<level:level>/<code:place>/", web.place, name="place"),
    path(f"{RUN}<level:level>/<code:place>/<slug:figure>/", web.figure, name="figure"),
    path(
        f"{RUN}<level:level>/<code:place>/<slug:figure>/rows.csv", web.rows_file, name="rows_file"
    ),
    path("appeals/", web.appeals, name="appeals"),
    path("appeals/<int:number>/", web.appeal, name="appeal"),
    path("appeals/<int:number>/withdraw/", web.withdraw, name="appeal_withdraw"),
    path("appeals/<int:number>/file/", web.evidence, name="appeal_file"),
]
