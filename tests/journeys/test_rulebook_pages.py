"""An auditor reads a rulebook, compares two, and checks one of their own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jieban.domain.rulebook.schema import shipped_names
from tests.people import signed_in

pytestmark = pytest.mark.django_db

OWN = """
[rulebook]
name = "our-district"
like = "beijing-district"
title = { zh = "本区细则", en = "Our rules" }
"""


@pytest.fixture
def auditor(home) -> Client:
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    return browser


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize("name", shipped_names())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_rulebook_has_a_page_in_words(auditor, name, language):
    auditor.cookies["jieban_language"] = language
    response = auditor.get(f"/rulebooks/{name}/")
    assert response.status_code == 200
    assert " style=" not in text_of(response)
    assert f'name = "{name}"'.replace('"', "&quot;") in text_of(response)
    assert auditor.get(f"/rulebooks/{name}.toml").status_code == 200


def test_the_usual_rules_are_said_in_words_and_numbers(auditor):
    page = text_of(auditor.get("/rulebooks/beijing-district/"))
    assert "10% × 响应率 + 50% × 解决率 + 40% × 满意率" in page
    assert "2023年9月19日" in page
    assert "2023年10月18日" in page
    assert "少于 20 件" in page
    for limit in ("首次联系 <b>24 小时", "紧急 <b>2 小时", "水电气热 <b>24 小时", "复杂 <b>15 天"):
        assert limit in page


def test_a_longer_window_for_closed_cases_is_shown_with_its_days(auditor):
    page = text_of(auditor.get("/rulebooks/beijing-district-as-printed/"))
    assert "2023年9月10日" in page


def test_two_rulebooks_are_compared_in_words(auditor):
    asked = {"before": "beijing-district", "after": "weights-30-35-35"}
    page = text_of(auditor.get("/rulebooks/compare/", asked))
    assert "响应率 · 权重" in page
    assert "10%" in page
    assert "30%" in page
    same = {"before": "311-on-time", "after": "311-on-time"}
    assert "100%" not in text_of(auditor.get("/rulebooks/compare/", same))
    to_one = {"before": "beijing-district", "after": "311-on-time"}
    assert "100%" in text_of(auditor.get("/rulebooks/compare/", to_one))


def test_a_path_is_never_taken_for_a_name(auditor, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    assert auditor.get("/rulebooks/compare/", {"before": str(file)}).status_code == 404
    assert auditor.get("/rulebooks/nothing/").status_code == 404


def test_a_rulebook_of_ones_own_is_checked_and_shown_but_not_stored(auditor):
    answer = auditor.post("/rulebooks/check/", {"text": OWN})
    assert answer.status_code == 200
    assert "“our-district”符合格式" in text_of(answer)
    assert "50% × 解决率" in text_of(answer)
    assert "our-district" not in text_of(auditor.get("/rulebooks/"))


def test_every_wrong_key_is_named_with_what_is_allowed(auditor):
    wrong = OWN + '[rank]\nties = "toss"\nminimun = 3\n'
    file = SimpleUploadedFile("own.toml", wrong.encode())
    answer = auditor.post("/rulebooks/check/", {"file": file})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "有 2 处不符合格式" in page
    assert "share | larger-received-first" in page
    assert "rank.minimum" in page
    assert "minimun = 3" in page, "what was sent is still there to be mended"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"text": "[rulebook"},
        {"file": SimpleUploadedFile("x.toml", b"\xff\xfe\x00")},
        {"file": SimpleUploadedFile("x.toml", b"#" * 300_000)},
    ],
)
def test_what_is_no_rulebook_is_refused_in_words(auditor, sent):
    answer = auditor.post("/rulebooks/check/", sent)
    assert answer.status_code == 422
    assert "notice refused" in text_of(answer)
