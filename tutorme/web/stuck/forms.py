from django import forms
from django.utils.translation import gettext_lazy as _

_DAY_S = 86_400


class AskForm(forms.Form):
    """`tutor` is the button that was pressed."""

    tutor = forms.UUIDField(error_messages={"required": _("Choose a tutor.")})
    note = forms.CharField(
        label=_("Where does it stop?"),
        help_text=_("What you understood, what you tried, and what you cannot make out."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    at_s = forms.IntegerField(
        min_value=0, max_value=_DAY_S, required=False, widget=forms.HiddenInput
    )
    with_notes = forms.BooleanField(
        label=_("Hand my notes to this lesson over too"), required=False
    )


class AnswerForm(forms.Form):
    reply = forms.CharField(
        label=_("What you send back"),
        help_text=_("It stands beside the lesson afterwards. Markdown works."),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    practice = forms.ChoiceField(label=_("A lesson to do next"), required=False)

    def __init__(self, *args: object, lessons: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["practice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None")), *lessons]
