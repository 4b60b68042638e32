"""Forms of the directory."""

from typing import Any

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


LARGEST_CALENDAR = 2 * 1024 * 1024


class CalendarFileForm(forms.Form):
    """A file with the holidays and made-up workdays of a year, as the notice gives them."""

    file = forms.FileField(
        label=_("File of holidays"),
        help_text=_("csv or xlsx. You see what would change before anything is stored."),
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.tsv,.xlsx,.xls,.ods",
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
    notice = forms.CharField(
        label=_("Number of the notice"),
        help_text=_("As printed on it, such as 国办发明电〔2025〕7号."),
        required=False,
        max_length=64,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_CALENDAR:
            raise forms.ValidationError(_("A list of holidays is small; this file is too large."))
        return file


class CalendarTextForm(forms.Form):
    """What was looked at in the preview, on its way back to be taken in."""

    text = forms.CharField(max_length=LARGEST_CALENDAR, strip=False)
    name = forms.CharField(max_length=200)
    notice = forms.CharField(required=False, max_length=64)


class ClosingForm(forms.Form):
    """A one-off span in which nobody works."""

    since = forms.DateTimeField(
        label=_("Closed from"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("Closed until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ShiftsForm(forms.Form):
    """The office hours of a workday."""

    shifts = forms.CharField(
        label=_("Office hours"),
        help_text=_("Shifts set apart by a blank; lunch lies between them."),
        max_length=200,
    )


class ListFileForm(forms.Form):
    """A file of categories or a duty list."""

    file = forms.FileField(
        label=_("File of the list"),
        help_text=_("xlsx, xls, ods or csv. You see what would change before anything is stored."),
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
    complete = forms.BooleanField(
        label=_("This is the complete list"),
        help_text=_("What the file does not name ends today. Leave it unticked for additions."),
        required=False,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_CALENDAR:
            raise forms.ValidationError(_("Such a list is small; this file is too large."))
        return file


class ListTextForm(forms.Form):
    """What was looked at in the preview of a list, on its way back to be taken in."""

    text = forms.CharField(max_length=LARGEST_CALENDAR, strip=False)
    name = forms.CharField(max_length=200)
    complete = forms.BooleanField(required=False)
