"""Amounts are exact; what is not the same is not added up."""

from decimal import Decimal

import pytest

from jieban.domain.errors import Refused
from jieban.domain.practices.quantities import (
    Quantity,
    amount_of,
    plain_number,
    sums,
    unit_of,
)


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("10", "10"),
        ("500", "500"),
        (" 1,200.50 ", "1200.5"),
        ("５００", "500"),
        ("0.0001", "0.0001"),
        ("1.500000", "1.5"),
        ("999999999999", "999999999999"),
    ],
)
def test_an_amount_is_read_exactly(said, amount):
    assert amount_of(said) == Decimal(amount)
    assert str(amount_of(said)) == amount


@pytest.mark.parametrize(
    "said",
    ["", "0", "-3", "1e3", "NaN", "Infinity", "十", "1.2.3", ".", "0.00001", "1000000000000", "+5"],
)
def test_what_is_no_amount_is_refused(said):
    with pytest.raises(Refused) as caught:
        amount_of(said)
    assert caught.value.code == "project.amount_wrong"


def test_money_has_two_decimals():
    assert amount_of("1999.99", places=2) == Decimal("1999.99")
    with pytest.raises(Refused):
        amount_of("1999.999", places=2)


@pytest.mark.parametrize("written", ["m²", "㎡", "M2", "平米", "平方米", "平方"])
def test_one_unit_is_written_one_way(written):
    assert unit_of(written) == "平方米"


def test_sums_never_mix_units_nor_things():
    listed = [
        Quantity("清运垃圾", Decimal(4), "车"),
        Quantity("清运垃圾", Decimal(6), "车"),
        Quantity("浴缸", Decimal(5), "个"),
        Quantity("停车位", Decimal(800), "个"),
        Quantity("违建", Decimal("320.5"), "平方米"),
        Quantity("违建", Decimal("179.5"), "㎡"),
        Quantity("清运垃圾", Decimal(3), "吨"),
    ]
    assert [(each.what, plain_number(each.amount), each.unit) for each in sums(listed)] == [
        ("清运垃圾", "10", "车"),
        ("浴缸", "5", "个"),
        ("停车位", "800", "个"),
        ("违建", "500", "平方米"),
        ("清运垃圾", "3", "吨"),
    ]


def test_a_tenth_ten_times_is_one():
    assert sums([Quantity("沙", Decimal("0.1"), "吨")] * 10)[0].amount == 1


@pytest.mark.parametrize(
    ("amount", "said"),
    [("500.0000", "500"), ("1200.5000", "1,200.5"), ("0.1000", "0.1"), ("1000000", "1,000,000")],
)
def test_an_amount_is_printed_without_noughts_that_say_nothing(amount, said):
    assert plain_number(Decimal(amount)) == said
