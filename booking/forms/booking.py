from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from booking.services.series import LEAST, MOST

INSTANT = "%Y-%m-%dT%H:%M:%S%z"


class HoldForm(forms.Form):
    """`start` is an instant in ISO 8601, as the page wrote it."""

    kind = forms.UUIDField(widget=forms.HiddenInput)
    start = forms.DateTimeField(
        input_formats=[INSTANT],
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
    pay = forms.CharField(max_length=40, required=False)

    def clean_pay(self) -> dict[str, Any]:
        return paying_with(self.cleaned_data["pay"])


def paying_with(word: str) -> dict[str, Any]:
    """`credit`, a package's id, or nothing: as the services take it."""
    if word == "credit":
        return {"with_credit": True}
    try:
        return {"package_id": UUID(word)} if word else {}
    except ValueError as error:
        raise forms.ValidationError(_("Choose one of the ways to pay.")) from error


class PayForm(forms.Form):
    pay = forms.CharField(max_length=40, required=False)

    def clean_pay(self) -> dict[str, Any]:
        return paying_with(self.cleaned_data["pay"])


class SeriesForm(forms.Form):
    """`start` is the first lesson's instant; `clock` the zone whose clock stays."""

    start = forms.DateTimeField(input_formats=[INSTANT], widget=forms.HiddenInput)
    lessons = forms.IntegerField(
        label=_("How many lessons"), min_value=LEAST, max_value=MOST, initial=4
    )
    every_weeks = forms.TypedChoiceField(
        label=_("How often"),
        coerce=int,
        initial=1,
        choices=[
            (1, _("every week")),
            (2, _("every second week")),
            (4, _("every fourth week")),
        ],
    )
    clock = forms.ChoiceField(label=_("Whose clock stays the same"))
    skipping = forms.BooleanField(label=_("Leave out what cannot be had"), required=False)
    pay = forms.CharField(max_length=40, required=False)

    def __init__(self, data: Any = None, *, clocks: list[tuple[str, Any]], **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["clock"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = clocks

    def clean_pay(self) -> dict[str, Any]:
        return paying_with(self.cleaned_data["pay"])


class WaitForm(forms.Form):
    """Whole days, as the viewer's calendar has them."""

    kind = forms.UUIDField(widget=forms.HiddenInput)
    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))


class ProposalForm(forms.Form):
    """A moment on the viewer's own clock."""

    start = forms.DateTimeField(
        label=_("Another time"),
        input_formats=["%Y-%m-%dT%H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    note = forms.CharField(label=_("A word to the other one"), max_length=500, required=False)


class DisputeForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What was wrong"),
        choices=[
            ("tutor_away", _("The tutor was not there")),
            ("student_away", _("The student was not there")),
            ("cut_short", _("It was cut short")),
            ("not_as_agreed", _("It was not what was agreed")),
            ("other", _("Something else")),
        ],
    )
    text = forms.CharField(
        label=_("What happened"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class ReviewForm(forms.Form):
    stars = forms.TypedChoiceField(
        label=_("Stars"),
        coerce=int,
        choices=[
            (5, _("5, very good")),
            (4, _("4, good")),
            (3, _("3, fair")),
            (2, _("2, poor")),
            (1, _("1, bad")),
        ],
    )
    text = forms.CharField(
        label=_("What others should know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


class TextForm(forms.Form):
    text = forms.CharField(max_length=4000, required=False)


class MoveForm(forms.Form):
    start = forms.DateTimeField(
        input_formats=[INSTANT],
        error_messages={"required": _("Choose a time.")},
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("A word to the other one"), max_length=500, required=False)
    as_credit = forms.BooleanField(required=False)
