from django import forms
from django.utils.translation import gettext_lazy as _


class HoldForm(forms.Form):
    """`start` is an instant in ISO 8601, as the page wrote it."""

    kind = forms.UUIDField(widget=forms.HiddenInput)
    start = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M:%S%z"],
        error_messages={"required": _("Choose a time.")},
    )
    # What it is about, where somebody came from there (`booking.topics`).
    about = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("What would you like to work on?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class MoveForm(forms.Form):
    start = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M:%S%z"],
        error_messages={"required": _("Choose a time.")},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("A word to the other one"), max_length=500, required=False)
