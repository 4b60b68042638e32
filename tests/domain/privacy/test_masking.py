"""What may be seen of a resident."""

import pytest

from jieban.domain.privacy.masking import mask_name, mask_phone, masked
from jieban.domain.words import speaking


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王**"),
        ("欧阳文静", "欧阳**"),
        ("欧阳", "欧*"),
        ("王", "*"),
        (" 李某 ", "李*"),
        ("", ""),
    ],
)
def test_of_a_name_only_the_family_name_is_seen(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("19900010000", "199****0000"),
        ("010-63868091", "010*****8091"),
        ("63868091", "******91"),
        ("110", "****"),
        ("王小明", "王**"),
    ],
)
def test_of_a_phone_only_the_ends_are_seen(phone, shown):
    assert mask_phone(phone) == shown


def test_of_a_text_only_its_length_is_seen():
    with speaking("zh"):
        assert masked("content", "来电人反映路面有坑") == "（9 字）"
    with speaking("en"):
        assert masked("address", " 2 Main St ") == "(9 characters)"
    assert masked("content", "  ") == ""
