"""What people type into a room's pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tutorme.core.api.serializers import is_forbidden
from video import queries
from video.models import NOTES_LENGTH, CallRating


def plain(text: str) -> str:
    text = text.replace("\r\n", "\n")
    if any(is_forbidden(char) and char not in "\n\t" for char in text):
        raise forms.ValidationError(_("A character is not allowed here."))
    return text


class RoomForm(forms.Form):
    title = forms.CharField(label=_("What it is about"), max_length=120)
    starts_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        help_text=_("Left empty, it opens now."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=5, max_value=480, initial=60)
    guests = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("With whom"),
        to_field_name="pk",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, host: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [person.pk for person in queries.acquaintances(host.pk)]
        field = self.fields["guests"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = User.objects.filter(pk__in=known).order_by("display_name")
        field.label_from_instance = lambda person: person.display_name  # type: ignore[method-assign,assignment]

    def clean_title(self) -> str:
        return plain(self.cleaned_data["title"])


class ChatForm(forms.Form):
    text = forms.CharField(max_length=2000)

    def clean_text(self) -> str:
        return plain(self.cleaned_data["text"])


class NotesForm(forms.Form):
    text = forms.CharField(max_length=NOTES_LENGTH, required=False, strip=False)
    base = forms.CharField(max_length=NOTES_LENGTH, required=False, strip=False)

    def clean_text(self) -> str:
        return plain(self.cleaned_data["text"])

    def clean_base(self) -> str:
        return plain(self.cleaned_data["base"])


class RatingForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("How was the call?"),
        coerce=int,
        choices=[
            (5, _("5, clear throughout")),
            (4, "4"),
            (3, "3"),
            (2, "2"),
            (1, _("1, hardly possible")),
        ],
        widget=forms.RadioSelect,
    )
    trouble = forms.ChoiceField(
        label=_("What was in the way?"),
        required=False,
        choices=[
            ("", _("Nothing")),
            (CallRating.Trouble.PICTURE, _("The picture")),
            (CallRating.Trouble.SOUND, _("The sound")),
            (CallRating.Trouble.CONNECTION, _("The connection")),
            (CallRating.Trouble.OTHER, _("Something else")),
        ],
    )
    note = forms.CharField(
        label=_("A word about it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_note(self) -> str:
        return plain(self.cleaned_data["note"])
