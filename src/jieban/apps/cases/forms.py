"""Forms of imports and of a case's own page."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from jieban.domain.errors import Refused


class UploadForm(forms.Form):
    """One file of a platform's export."""

    file = forms.FileField(
        label=_("Export file"),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.xls,.xlsm,.xlsb,.ods,.csv,.tsv,.txt",
                "class": "drop",
                "aria-describedby": "id_file_helptext",
            }
        ),
        error_messages={
            "required": _("No file was chosen yet."),
            "missing": _("No file was chosen yet."),
            "empty": _("The file is empty; there is nothing to import. Export it again."),
        },
    )

    def __init__(self, *args: Any, too_large: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self) -> dict[str, Any]:
        if self.too_large:
            self.errors.pop("file", None)
            refusal = Refused("upload.too_large", name=self.too_large, limit=settings.MAX_UPLOAD_MB)
            self.add_error("file", refusal.message())
        return self.cleaned_data


class AttributionForm(forms.Form):
    """Which place a case belongs to, decided by a person."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Written into the ledger. No names or phone numbers of residents, please."),
    )

    def __init__(self, *args: Any, areas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = forms.ChoiceField(
            label=_("Place"),
            choices=[("", _("Choose a place")), *areas],
            help_text=_("Communities and villages, under their streets. Type to jump to a name."),
        )
        self.fields = {"area": area, **self.fields}
