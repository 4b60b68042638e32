"""What of a free text may be listed and searched."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.privacy.redaction import building_of, normal_phone, redact

NAMES = ("王小明",)
TAKEN_OUT = [
    ("请打13800001111找我", "请打[电话]找我"),
    ("138 0000 1111", "[电话]"),
    ("138-0000-1111", "[电话]"),
    ("138.0000.1111", "[电话]"),
    ("1 3 8 0 0 0 0 1 1 1 1", "[电话]"),
    ("１３８００００１１１１", "[电话]"),
    ("１３８－００００－１１１１", "[电话]"),
    ("138\u200b0000\u200b1111", "[电话]"),
    ("+86 138-0000-1111。", "[电话]。"),
    ("008613800001111", "[电话]"),
    ("13800001111元", "[电话]元"),
    ("13800001111 13900001111", "[电话]"),
    ("13800001111/63860000", "[电话]/[电话]"),
    ("2023-10-30 12:30 13800001111", "2023-10-30 12:30 [电话]"),
    ("一三八零零零零一一一一", "[电话]"),
    ("幺三八〇〇〇〇幺幺幺幺", "[电话]"),
    ("(010)63860000转802", "[电话]"),
    ("（010）63860000", "[电话]"),
    ("010-63860000", "[电话]"),
    ("0371-6386000", "[电话]"),
    ("座机63860000", "座机[电话]"),
    ("电话20231030", "电话[电话]"),
    ("400-810-0000", "[电话]"),
    ("手机尾号1111", "手机尾号[电话]"),
    ("后四位是1111", "后四位是[电话]"),
    ("身份证110106199001011234", "身份证[证件或卡号]"),
    ("11010619900101123X", "[证件或卡号]"),
    ("11010619900101123x", "[证件或卡号]"),
    ("110106 1990 0101 123x", "[证件或卡号]"),
    ("110106-19900101-1234", "[证件或卡号]"),
    ("110106900101123", "[证件或卡号]"),
    ("6222020000000000123", "[证件或卡号]"),
    ("6222 0200 0000 0000", "[证件或卡号]"),
    ("京A12345", "[车牌]"),
    ("京a·12345占道", "[车牌]占道"),
    ("京AD12345堵路", "[车牌]堵路"),
    ("沪A1234学", "[车牌]"),
    ("写信到wang.m@example.com.cn", "写信到[邮箱]"),
    ("wang＠example．com", "[邮箱]"),
    ("微信号：wxid_abc123", "微信号：[账号]"),
    ("微信abc12345", "微信[账号]"),
    ("加vx:abc12345", "加vx:[账号]"),
    ("QQ 12345678", "QQ [账号]"),
    ("王小明反映", "[来电人]反映"),
    ("王 小 明反映", "[来电人]反映"),
    ("幸福小区3号楼2单元502室漏水", "幸福小区3号楼漏水"),
    ("3号楼2单元502", "3号楼"),
    ("3号楼1203", "3号楼"),
    ("3号楼-2-502", "3号楼"),
    ("3号楼502室、503室", "3号楼"),
    ("3号楼五零二室", "3号楼"),
    ("三号楼三单元五零二", "三号楼"),
    ("12栋B座1203", "12栋B座"),
    ("12幢1203B", "12幢"),
    ("3号楼301户", "3号楼"),
    ("3号楼2单元门口有垃圾", "3号楼门口有垃圾"),
    ("5-2-1201", "5号楼"),
    ("幸福里5-1201", "幸福里5号楼"),
    ("我在2单元502室", "我在[房号]"),
    ("502室扰民", "[房号]扰民"),
    ("王庄村35号", "王庄村"),
    ("王庄村3组35号", "王庄村3组"),
    ("一三八 零零零零 一一一一", "[电话]"),
    ("138，0000，1111", "[电话]"),
    ("138/0000/1111", "[电话]"),
    ("薇信号是：abc12345", "薇信号是：[账号]"),
    ("加V：abc12345", "加V：[账号]"),
    ("QQ：12345678@example.com", "QQ：[账号]"),
    ("京 A12345", "[车牌]"),
    ("车牌号为A12345", "车牌号为[车牌]"),
    ("3号楼二单元五层东户", "3号楼"),
    ("三号楼东户", "三号楼"),
    ("3号楼东单元301", "3号楼"),
    ("3号楼2单元5号漏水", "3号楼漏水"),
    ("3号楼3单元12A", "3号楼"),
    ("2栋2单元1201-2", "2栋"),
    ("3号楼502及602", "3号楼"),
    ("5号楼5层至8层停水", "5号楼停水"),
    ("B1203室", "[房号]"),
    ("1203号房", "[房号]"),
    ("3楼502", "[房号]"),
    ("我住3-502", "我住3号楼"),
    ("35号2室", "35号[房号]"),
    ("王庄村东区12排8号", "王庄村东区12排"),
]
KEPT = [
    "2023年10月30日",
    "2023-10-30 12:30:15",
    "2023.10.30",
    "20231030收到",
    "2019-2023年",
    "8:30-17:30",
    "JB20231030-000017-4",
    "FT20231030-0001",
    "工单编号20231030123456",
    "共1234567元",
    "12345678.50元",
    "补偿款1234567万",
    "12,345,678元",
    "国办发明电〔2022〕16号",
    "《民法典》第1165条第2款",
    "GB12345-2020",
    "拨打12345热线",
    "96156",
    "3号楼2023年改造",
    "3号楼120人",
    "3号楼",
    "胡同35号",
    "35号院",
    "中关村南大街5号",
    "中关村1号院",
    "马家堡西路",
    "4楼扰民",
    "10-200元",
    "微信群里没人管",
    "35号2室1厅",
    "3号楼和120名居民",
    "3号楼和502路车站",
    "3楼300平米",
    "2号楼户外广告",
    "301医院",
    "",
]


@pytest.mark.parametrize(("text", "left"), TAKEN_OUT)
def test_what_points_to_a_person_is_taken_out(text, left):
    assert redact(text, names=NAMES) == left


@pytest.mark.parametrize("text", KEPT)
def test_places_times_amounts_and_numbers_of_papers_stay(text):
    assert redact(text, names=NAMES) == text


def test_a_name_of_one_sign_and_the_marks_themselves_are_left_alone():
    assert redact("王府井", names=("王",)) == "王府井"
    assert redact("电话13800001111", names=("电话",)) == "[来电人][电话]"


def test_the_callers_short_number_goes_where_it_is_known():
    assert redact("内线 80211 无人接", phones=("80211",)) == "内线 [电话] 无人接"


_WORDS = st.text("请打我的电话是，。住在 小区楼村A:：", max_size=12)
_MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
_LANDLINE = st.from_regex(r"(0[1-9][0-9]{1,2})?[3-8][0-9]{7}", fullmatch=True)
_IDENTITY = st.from_regex(r"[1-6][0-9]{5}19[0-9]{2}0[1-9]1[0-9][0-9]{3}[0-9X]", fullmatch=True)
_CARD = st.from_regex(r"[3-9][0-9]{15,18}", fullmatch=True)


@st.composite
def _written(draw) -> str:
    """A number as somebody might write it: in groups, full width, with a country code."""
    number = draw(st.one_of(_MOBILE, _LANDLINE, _IDENTITY, _CARD))
    if draw(st.booleans()):
        sign = draw(st.sampled_from([" ", "-", "－", "\u3000", ".", "\u200b"]))
        number = sign.join(re.findall(r".{1,4}", number))
    if draw(st.booleans()):
        number = number.translate({0x30 + digit: 0xFF10 + digit for digit in range(10)})
    return draw(st.sampled_from(["", "", "+86", "0086"])) + number


@given(_WORDS, _written(), _WORDS)
def test_no_digits_of_a_number_are_left(before, number, after):
    assert not re.search(r"\d", redact(before + number + after))


_ANY = st.text(
    "0123456789０９一零幺-－ .:年月元村号楼室单元栋座户东住及车牌"
    "京A微信xX@c.m（）(+)王小明[]电话房",
    max_size=50,
)


@given(_ANY)
def test_twice_redacted_is_once_redacted(text):
    once = redact(text, names=NAMES)
    assert redact(once, names=NAMES) == once


@given(_ANY)
def test_an_address_in_two_joins_to_the_address(text):
    public, below = building_of(text)
    whole = public + below
    assert building_of(whole) == (public, below)


@pytest.mark.parametrize(
    ("address", "public", "below"),
    [
        ("幸福小区3号楼2单元502室", "幸福小区3号楼", "2单元502室"),
        ("幸福小区 12栋B座1203（东门）", "幸福小区 12栋B座", "1203（东门）"),
        ("幸福里5-2-1201", "幸福里5", "-2-1201"),
        ("王庄村35号", "王庄村", "35号"),
        ("2单元502室", "", "2单元502室"),
        ("幸福路35号院门口", "幸福路35号院门口", ""),
    ],
)
def test_an_address_ends_at_the_building(address, public, below):
    assert building_of(address) == (public, below)


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("138 0000-1111", "13800001111"),
        ("＋８６１３８００００１１１１", "13800001111"),
        ("008613800001111", "13800001111"),
        ("(010) 6386-0000", "01063860000"),
        ("86380000", "86380000"),
        ("12345", "12345"),
        ("138****1111", ""),
        ("110", ""),
        ("没有", ""),
        ("", ""),
    ],
)
def test_a_phone_is_looked_up_by_its_digits(told, number):
    assert normal_phone(told) == number
