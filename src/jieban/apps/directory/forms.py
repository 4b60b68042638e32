"""Forms of the directory."""

from django import forms
from django.utils.translation import gettext_lazy as _


class DirectoryFileForm(forms.Form):
    """A file with places, units, or both."""

    file = forms.FileField(
        label=_("Directory file"),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.xls,.ods,.csv,.tsv",
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
