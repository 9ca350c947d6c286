"""What a person says about themselves."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.profiles import EDITABLE


class ProfileForm(forms.Form):
    display_name = forms.CharField(label=_("Name others see"), max_length=80)
    username = forms.RegexField(
        r"^[A-Za-z0-9_.-]{3,30}$",
        label=_("Username"),
        help_text=_("3 to 30 letters, digits, dots, dashes or underscores."),
    )
    bio = forms.CharField(
        label=_("About you"), max_length=2000, required=False, widget=forms.Textarea
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, instance_of: User) -> None:
        initial = {name: getattr(instance_of, name) for name in EDITABLE}
        super().__init__(data, initial=initial)
        names = sorted(name for name in available_timezones() if "/" in name or name == "UTC")
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, name.replace("_", " ")) for name in names]
