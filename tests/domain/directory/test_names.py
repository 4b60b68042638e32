"""Names: what is taken away, what is kept, and when two are the same."""

import pytest

from jieban.domain.directory.names import is_unknown, same_name_key, tidy_name


@pytest.mark.parametrize(
    ("written", "tidy", "why"),
    [
        ("右 安门　街道", "右安门街道", "white space between Chinese signs is an accident"),
        ("ＡＢ１区", "AB1区", "full-width letters and digits"),
        ("翠林（一）社区", "翠林(一)社区", "full-width brackets"),
        ("翠林【一】社区", "翠林(一)社区", "other brackets"),
        ("翠林\u200b一里\ufeff", "翠林一里", "invisible signs"),
        (" STATEN  ISLAND ", "STATEN ISLAND", "one space between Latin words stays"),
        ("A 区", "A区", "a space beside a Chinese sign goes"),
        ("\t\n", "", "blank"),
        ("社区", "社区", "an ending alone is left alone"),
    ],
)
def test_a_name_is_tidied(written: str, tidy: str, why: str) -> None:
    assert tidy_name(written) == tidy, why
    assert tidy_name(tidy) == tidy, "tidying twice changes nothing"


@pytest.mark.parametrize("word", ["", "不详", "未知", "无", "-", "--", "/", "—", "N/A", "n/a"])
def test_words_for_nothing_never_become_names(word: str) -> None:
    assert is_unknown(tidy_name(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("翠林一里社区居委会", "翠林一里社区"),
        ("翠林一里居委会", "翠林一里社区"),
        ("翠林一里社区居民委员会", "翠林一里社区"),
        ("王庄村委会", "王庄村"),
        ("王庄村村民委员会", "王庄村"),
        ("右安门街道办事处", "右安门街道"),
        ("右安门街道办", "右安门 街道"),
        ("青塔镇人民政府", "青塔镇"),
        ("青塔镇政府", "青塔镇"),
        ("Forestry", "FORESTRY"),
    ],
)
def test_the_office_is_read_as_its_place(one: str, other: str) -> None:
    assert same_name_key(one) == same_name_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("右安门社区", "右安门村"), ("右安门社区", "右安门"), ("王庄村", "王庄"), ("甲街道", "甲镇")],
)
def test_the_places_own_ending_is_part_of_its_name(one: str, other: str) -> None:
    assert same_name_key(one) != same_name_key(other)


def test_an_office_without_a_place_keeps_its_word() -> None:
    assert same_name_key("居委会") == "居委会"
