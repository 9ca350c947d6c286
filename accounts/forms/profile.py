"""What a person says about themselves."""

from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Level, User
from tutorme.core import zones
from tutorme.core.api.serializers import is_forbidden

Grouped = list[tuple[str, str | list[tuple[str, str]]]]


class Words(forms.CharField):
    """Text as the API takes it: no control or spoofing characters."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).replace("\r\n", "\n")
        allowed = "\n\t" if isinstance(self.widget, forms.Textarea) else ""
        if any(is_forbidden(char) and char not in allowed for char in text):
            raise forms.ValidationError(_("A character is not allowed here."), code="character")
        return text


def zone_choices() -> Grouped:
    """Zones by part of the world; what belongs to none stands first."""
    parts = [name.partition("/") for name in zones.names()]
    grouped: Grouped = [(region, region) for region, _slash, city in parts if not city]
    inhabited = [part for part in parts if part[2]]
    for region, rows in groupby(inhabited, key=lambda part: part[0]):
        cities = [(f"{region}/{city}", city.replace("_", " ")) for _region, _slash, city in rows]
        grouped.append((region, cities))
    return grouped


class ProfileForm(forms.Form):
    display_name = Words(label=_("Name others see"), max_length=80)
    username = forms.RegexField(
        r"^[A-Za-z0-9_.-]{3,30}\Z",
        label=_("Username"),
        help_text=_(
            "3 to 30 letters, digits, dots, dashes or underscores. It can be changed once in "
            "thirty days; the old one stays yours for ninety."
        ),
    )
    bio = Words(label=_("About you"), max_length=2000, required=False, widget=forms.Textarea)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    locale = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, data: Any = None, *, instance_of: User) -> None:
        names = ("display_name", "username", "bio", "time_zone", "locale")
        super().__init__(data, initial={name: getattr(instance_of, name) for name in names})
        field = self.fields["time_zone"]
        assert isinstance(field, forms.ChoiceField)
        kept: Grouped = [(instance_of.time_zone, instance_of.time_zone)]
        # A zone without people (a ship's, an old one) stays choosable for whoever has it.
        field.choices = (
            kept if instance_of.time_zone not in zones.names() else []
        ) + zone_choices()


class PictureForm(forms.Form):
    picture = forms.FileField(
        label=_("Picture"),
        help_text=_(
            "PNG, JPEG, WebP or GIF up to 8 MB. It is cut square and drawn anew; where and when it "
            "was taken is not kept."
        ),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp,image/gif"}),
    )


class PreferencesForm(forms.Form):
    theme = forms.ChoiceField(
        label=_("Paper"), choices=User.Theme.choices, widget=forms.RadioSelect
    )
    hour_format = forms.ChoiceField(
        label=_("Clock"), choices=User.HourFormat.choices, widget=forms.RadioSelect
    )
    week_start = forms.ChoiceField(
        label=_("Weeks begin on"), choices=User.WeekStart.choices, widget=forms.RadioSelect
    )

    def __init__(self, data: Any = None, *, instance_of: User) -> None:
        super().__init__(
            data, initial={name: getattr(instance_of, name) for name in self.base_fields}
        )


class SkillForm(forms.Form):
    name = Words(
        label=_("Skill"), max_length=60, widget=forms.TextInput(attrs={"list": "subjects"})
    )
    level = forms.ChoiceField(label=_("Level"), choices=Level.choices)
