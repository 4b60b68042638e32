"""The one exception a door turns into a message.

`Refused` means: a rule said no and nothing changed. It carries a stable code and the
values that put the matter right; its sentences live with the code, in two languages,
in `domain/words/refusals/*.toml`. Anything else that is raised is a bug and stays one.
"""

from __future__ import annotations

from jieban.domain.words import Language, refusal_text


class Refused(Exception):
    """A rule said no; nothing changed.

    `code` is stable and public ("noun.what_is_wrong"), `detail` holds plain values
    (text, numbers, lists of them) that the sentences of the code name as fields. A
    refusal that sums up several holds them as a list of `Refused`.
    """

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def message(self, language: Language | None = None) -> str:
        """The sentence of this refusal in `language`, or in the current one."""
        return refusal_text(self.code, self.detail, language)

    def plain(self) -> dict[str, object]:
        """Code, message and detail as JSON can hold them: the one error shape of every door."""
        return {
            "code": self.code,
            "message": self.message(),
            "detail": {name: _plain(value) for name, value in self.detail.items()},
        }

    def __str__(self) -> str:
        return self.message()


def _plain(value: object) -> object:
    if isinstance(value, Refused):
        return value.plain()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
