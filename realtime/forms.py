"""Forms of the pages. What a box of the matrix says is read by its name."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from realtime.kinds import Kind
from realtime.models import NotificationSettings

_CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class DeliveryForm(forms.Form):
    digest = forms.ChoiceField(
        label=_("When mails come"),
        choices=[
            ("off", _("One by one, as things happen")),
            ("daily", _("Together, every morning at eight")),
            ("weekly", _("Together, on Monday mornings at eight")),
        ],
    )
    quiet_from = forms.TimeField(label=_("No mails from"), required=False, widget=_CLOCK)
    quiet_until = forms.TimeField(label=_("Until"), required=False, widget=_CLOCK)

    def __init__(self, data: Any = None, *, current: NotificationSettings) -> None:
        names = ("digest", "quiet_from", "quiet_until")
        super().__init__(data, initial={name: getattr(current, name) for name in names})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        start, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (start is None) != (end is None) and not self.errors:
            self.add_error("quiet_until", _("Give both hours, or neither."))
        return cleaned


class MatrixForm(forms.Form):
    """One box a kind and way; what is not ticked is not wanted."""

    def __init__(self, data: Any = None, *, kinds: list[Kind]) -> None:
        super().__init__(data)
        for kind in kinds:
            self.fields[f"mail:{kind.name}"] = forms.BooleanField(required=False)
            if kind.has_page:
                self.fields[f"page:{kind.name}"] = forms.BooleanField(required=False)

    def changes(self, kind: Kind) -> dict[str, bool]:
        said = {"by_mail": self.cleaned_data[f"mail:{kind.name}"]}
        if kind.has_page:
            said["in_page"] = self.cleaned_data[f"page:{kind.name}"]
        return said


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files as a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(each, initial) for each in given]


class MessageForm(forms.Form):
    """`key` is of the page that was shown: the same words sent again with it are one message."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=uuid4)
    body = forms.CharField(
        label=_("Your message"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    files = FilesField(  # type: ignore[assignment]  # shadows what Django calls the upload
        label=_("Files"), required=False, help_text=_("Pictures, PDF, documents.")
    )


class ReportForm(forms.Form):
    reason = forms.CharField(label=_("What is wrong with it?"), max_length=500, required=False)
