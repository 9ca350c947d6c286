"""Forms of an organisation's desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.learner_lists import DELIMITERS, ENCODINGS, MOST_BYTES
from certificates.models import ExternalCourse, Member, Organization

_DELIMITER_NAMES = {
    ",": _("Comma"),
    ";": _("Semicolon"),
    "\t": _("Tab"),
    "|": _("Vertical bar"),
}


class ImportForm(forms.Form):
    course = forms.ModelChoiceField(
        ExternalCourse.objects.none(), label=_("Course"), empty_label=_("Choose a course")
    )
    file = forms.FileField(
        label=_("List of learners"),
        help_text=_("A CSV file with the columns name, email and organization_website."),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"),
        required=False,
        choices=[("", _("Find out (Unicode)")), *ENCODINGS.items()],
        help_text=_("Files that are not in Unicode cannot say what they are in: choose it here."),
    )
    delimiter = forms.ChoiceField(
        label=_("Fields are apart by"),
        required=False,
        choices=[("", _("Find out")), *((one, _DELIMITER_NAMES[one]) for one in DELIMITERS)],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = self.fields["course"]
        assert isinstance(courses, forms.ModelChoiceField)
        courses.queryset = ExternalCourse.objects.open().order_by("name")

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("A list may have five mebibytes."))
        return file


class MemberForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(
        label=_("May"),
        choices=[
            (Member.Role.DESK, _("work at the desk")),
            (Member.Role.OWNER, _("work at the desk and decide who else may")),
        ],
    )


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Organization
        fields = ("contact_name", "contact_email", "delivery", "tells_learners")
        labels = {
            "contact_name": _("Name of the contact"),
            "contact_email": _("Where certificates go"),
            "delivery": _("As"),
            "tells_learners": _("Learners get their certificate by mail too"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["delivery"].choices = [  # type: ignore[attr-defined]
            (Organization.Delivery.ATTACHMENT, _("PDF attached to the mail")),
            (Organization.Delivery.LINK, _("a link to the PDF, for a while")),
        ]
