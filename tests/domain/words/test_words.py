"""Every refusal used has a sentence in both languages with fields it is given."""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

import jieban
from jieban.domain.errors import Refused
from jieban.domain.words import LANGUAGES, glossary, refusals, speaking, translate, word

SOURCE = Path(jieban.__file__).parent


def raised():
    """(code, field names or None where they are passed on, place) of every Refused in the code."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Refused":
                continue
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                names = [keyword.arg for keyword in node.keywords]
                where = f"{path.relative_to(SOURCE)}:{node.lineno}"
                yield first.value, None if None in names else set(names), where


def fields(text):
    return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}


def common(text, language):
    """Fields without the language at their end: seen_zh and seen_en are the same field."""
    return {name.removesuffix(f"_{language}") for name in fields(text)}


def test_every_refusal_in_the_code_has_its_sentences():
    missing = [(code, where) for code, _, where in raised() if code not in refusals()]
    assert missing == []


def test_every_field_of_a_sentence_is_given():
    for code, given, where in raised():
        for language in LANGUAGES:
            wanted = fields(refusals()[code][language])
            assert given is None or wanted <= given, (code, where)


@pytest.mark.parametrize("code", sorted(refusals()))
def test_both_languages_say_the_same_fields_calmly(code):
    texts = refusals()[code]
    assert set(texts) >= set(LANGUAGES)
    assert common(texts["zh"], "zh") == common(texts["en"], "en")
    assert "!" not in texts["en"] + texts["zh"]
    assert "！" not in texts["zh"]


def test_every_word_has_both_languages():
    for entry in glossary().values():
        assert entry["zh"]
        assert entry["en"]


def test_the_language_is_the_contexts():
    refused = Refused("period.bad_name", name="x")
    with speaking("en"):
        assert str(refused).startswith("The period x")
        assert word("hold") == "hold"
    assert "考核期" in str(refused)
    assert word("hold") == "挂账"


def test_a_sentence_without_translation_is_itself():
    assert translate("No such sentence.") == "No such sentence."


def test_a_refusal_is_plain_for_machines():
    inner = Refused("period.bad_name", name="x")
    outer = Refused("rulebook.invalid", name="r", count=1, problems=[inner])
    plain = outer.plain()
    assert plain["detail"]["problems"][0]["code"] == "period.bad_name"
    assert "period x" in outer.message("en")
