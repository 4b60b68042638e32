"""Profiles: which columns, which words, and what is wrong with one."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from jieban.cli.database import Database
from jieban.cli.desk import Desk
from jieban.cli.profiles import profiles
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.tables.profiles import choose_profile, get_profile, load_profiles

SHIPPED = [
    "beijing-district",
    "invented-district",
    "messages-with-replies",
    "nyc-311",
    "stlouis-csb",
]


def test_the_shipped_profiles_are_right_and_the_default_is_first() -> None:
    assert list(load_profiles()) == SHIPPED


@pytest.mark.parametrize(
    "alias",
    [
        "工单号",
        "工单编码",
        "诉求编号",
        "受理编号",
        "诉求类型",
        "事项类型",
        "反映内容",
        "来电内容",
        "街乡镇",
        "所在街乡镇",
        "承办单位",
        "办理单位",
        "责任单位",
        "来话时间",
        "受理时间",
        "登记时间",
        "派单时间",
        "完成时间",
        "结案时间",
        "满意度",
        "评价结果",
        "地址",
        "详细地址",
        "发生地点",
        "所在村社区",
        "村/社区",
        "小区点位",
        "问题点位",
        "企业名称",
        "二级承办单位简称",
        "处理受理方式",
        "办理结果",
        "处理结果",
        "回复内容",
        "是否有效回访",
        "是否联系",
        "是否解决",
        "是否满意",
        "工单性质",
        "来电人",
        "来电人电话/账号",
    ],
)
def test_every_heading_seen_in_exports_is_known(alias: str) -> None:
    assert get_profile("beijing-district").field_of(alias) is not None


@pytest.mark.parametrize(
    "written",
    ["工单编号", " 工单 编号 ", "*工单编号", "工单编号*", "工单编号（必填）", "工单编号："],
)
def test_headings_are_compared_without_their_dress(written: str) -> None:
    assert get_profile("beijing-district").field_of(written) == ("number", 0)


def test_an_invented_source_is_never_chosen_by_itself() -> None:
    invented, real = get_profile("invented-district"), choose_profile(["工单编号", "创建时间"])
    assert (invented.generated, invented.source) == (True, "invented")
    assert invented.columns == real.columns
    assert real.name == "beijing-district"


def test_a_profile_of_the_installation_takes_over_the_one_it_is_like(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nlike = "invented-district"\ntitle.zh = "我的"\n'
        'columns.number = ["单号"]\nwords.role.lead = ["牵头"]\n',
        encoding="utf-8",
    )
    mine = load_profiles(tmp_path)["mine"]
    assert (mine.title["zh"], mine.title["en"]) == ("我的", "Invented district (generated)")
    assert mine.columns["number"] == ("单号",)
    assert mine.codes("role")["牵头"] == "lead"
    assert mine.codes("role")["双派"] == "dual"
    assert mine.digest != get_profile("invented-district").digest


@pytest.mark.parametrize(
    ("toml", "named"),
    [
        ("colour = 1", "colour"),
        ('zone = "Mars/Base"', "zone"),
        ('key = ["number", "shoe"]', "number | unit | role"),
        ("nested = 1", "true | false"),
        ('columns.shoe = ["鞋"]', "columns.shoe"),
        ('columns.kind = ["工单号"]', "columns.number"),
        ('words.role.boss = ["主"]', "lead | dual | joint | transfer"),
        ('words.status.gone = ["已剔除"]', "held"),
        ('words.role.dual = ["主办"]', "words.role.lead"),
        ('like = "nobody"', "beijing-district"),
        ('like = "mine"', "beijing-district"),
        (f'source = "{"a" * 33}"', "32"),
        ('required = ["cancelled_at"]', "columns.cancelled_at"),
    ],
)
def test_a_wrong_profile_names_the_key_and_what_is_allowed(
    tmp_path: Path, toml: str, named: str
) -> None:
    path = tmp_path / "mine.toml"
    like = "" if toml.startswith("like") else 'like = "beijing-district"\n'
    path.write_text(f'name = "mine"\n{like}{toml}\n', encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        get_profile(str(path))
    assert refusal.value.code == "profile.invalid"
    assert named in refusal.value.message("zh")
    assert named in refusal.value.message("en")


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(Refused) as refusal:
        get_profile("beijing")
    assert refusal.value.detail["known"] == SHIPPED


def test_a_profile_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("name = ", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        get_profile(str(path))
    assert refusal.value.code == "profile.not_toml"


@dataclass(frozen=True)
class Commands:
    home: Path

    def __call__(self, *arguments: str, as_json: bool = False) -> str:
        desk = Desk(Home(self.home), as_json, Database())
        done = CliRunner().invoke(profiles, arguments, obj=desk, catch_exceptions=False)
        assert done.exit_code == 0
        return done.output


def test_profiles_are_listed_shown_and_checked(tmp_path: Path) -> None:
    run = Commands(tmp_path)
    assert all(name in run("list") for name in SHIPPED)
    listed = json.loads(run("list", as_json=True))
    assert [entry["name"] for entry in listed["profiles"]] == SHIPPED
    assert "工单编号" in run("show", "beijing-district")
    assert json.loads(run("show", "nyc-311", as_json=True))["zone"] == "America/New_York"
    mine = tmp_path / "profiles" / "mine.toml"
    mine.parent.mkdir()
    mine.write_text('name = "mine"\nlike = "beijing-district"\n', encoding="utf-8")
    assert "mine" in run("list")
    assert json.loads(run("check", str(mine), as_json=True))["ok"] is True
