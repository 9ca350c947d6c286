from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.gateways.icsfile import MOST_BYTES


class AddressForm(forms.Form):
    url = forms.CharField(
        label=_("Address of the calendar"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_("The secret address in iCal format; it ends in .ics."),
    )

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        return url


class FileForm(forms.Form):
    file = forms.FileField(label=_("A file"), help_text=_("An .ics file of up to 2 MB."))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("This file is too large."))
        return file
