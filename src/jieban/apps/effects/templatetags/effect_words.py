"""How estimates are printed: with a sign and a fixed number of decimals."""

from django import template

from jieban.evaluation.effects import sentences

register = template.Library()


@register.filter
def signed(value: float, form: int | str = 1) -> str:
    """+3.1, −0.4; “2plain” is two decimals without a plus."""
    if isinstance(form, str):
        return sentences.plain(float(value), int(form.removesuffix("plain")))
    return sentences.signed(float(value), form)
