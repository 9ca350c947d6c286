"""What somebody would like to learn, and which course teaches it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.forms import LEVELS
from courses.forms.teach import plain
from courses.models import Course


class WishForm(forms.Form):
    words = forms.CharField(
        label=_("What would you like to learn?"),
        max_length=80,
        validators=[plain],
        widget=forms.TextInput(attrs={"list": "subjects", "autocomplete": "off"}),
        help_text=_("A subject or a few words. Those who teach read them, and how many ask."),
    )
    level = forms.ChoiceField(
        label=_("Level"), choices=[("", _("Any level")), *LEVELS.items()], required=False
    )
    note = forms.CharField(
        label=_("Anything else"),
        max_length=500,
        required=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read by us alone."),
    )


class AnswerForm(forms.Form):
    words = forms.CharField(max_length=80)
    course = forms.ModelChoiceField(queryset=Course.objects.none())

    def __init__(self, *args: Any, author: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Course.objects.editable_by(author)
        self.fields["course"].queryset = own  # type: ignore[attr-defined]
