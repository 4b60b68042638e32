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
    (text, numbers, lists of them) that the sentences of the code name as fields.
    """

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def message(self, language: Language | None = None) -> str:
        """The sentence of this refusal in `language`, or in the current one."""
        return refusal_text(self.code, self.detail, language)

    def __str__(self) -> str:
        return self.message()
