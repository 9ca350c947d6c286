"""What learners write to be read: work, questions, answers, appeals."""

import unicodedata
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import PostReport
from tutorme.core.api.serializers import is_forbidden


class PlainText(forms.CharField):
    """Without characters that make a text show what it is not; line ends as one character."""

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", (super().to_python(value) or "").replace("\r\n", "\n"))
        if any(is_forbidden(char) and char not in "\n\t" for char in text):
            raise forms.ValidationError(_("A character is not allowed here."), code="character")
        return text


def _area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SubmissionForm(forms.Form):
    text = PlainText(max_length=50_000, required=False, strip=False, widget=_area(12))
    file = forms.FileField(required=False)


class SearchForm(forms.Form):
    q = PlainText(max_length=200, required=False)

    def text(self) -> str:
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class ThreadForm(forms.Form):
    title = PlainText(max_length=150, label=_("Your question in one sentence"))
    body = PlainText(
        max_length=5000, label=_("What you have tried, and where it stops"), widget=_area()
    )


class PostForm(forms.Form):
    body = PlainText(max_length=5000, label=_("Your answer"), widget=_area())


REASONS = {
    PostReport.Reason.SPAM: _("It is advertising"),
    PostReport.Reason.RUDE: _("It is rude"),
    PostReport.Reason.GIVES_AWAY: _("It gives answers of a quiz away"),
    PostReport.Reason.PERSONAL: _("It shows personal data"),
    PostReport.Reason.OTHER: _("Something else"),
}


class ReportForm(forms.Form):
    reason = forms.ChoiceField(choices=list(REASONS.items()), label=_("What is wrong with it?"))
    note = PlainText(max_length=500, required=False, label=_("Anything to add"))


class AppealForm(forms.Form):
    question = forms.UUIDField()
    text = PlainText(max_length=1000, label=_("Why should your answer count?"), widget=_area(3))


def numbered(posted: Any, name: str, most: int) -> list[str]:
    """Fields called name-0, name-1, …, as an editor's page has them."""
    return [posted.get(f"{name}-{place}", "").replace("\r\n", "\n") for place in range(most)]


class ReasonForm(forms.Form):
    reason = PlainText(max_length=500, label=_("Why, for whoever asks later"))


class ReplyForm(forms.Form):
    reply = PlainText(max_length=1000, required=False, label=_("What you answer"), widget=_area(3))


class BankSearch(forms.Form):
    q = PlainText(max_length=200, required=False)
    tag = PlainText(max_length=40, required=False)

    def wanted(self) -> dict[str, str]:
        self.is_valid()
        found = self.cleaned_data
        return {"text": str(found.get("q", "")), "tag": str(found.get("tag", ""))}


class TimeFactorForm(forms.Form):
    time_factor = forms.DecimalField(
        min_value=1, max_value=5, max_digits=3, decimal_places=2, label=_("Times as long")
    )
