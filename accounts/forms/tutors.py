"""What a tutor's page is made of, in steps that can be saved one by one."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import links, tongues
from accounts.forms.profile import Words
from accounts.models import Level, Subject, TutorLanguage, TutorPrivate, TutorProfile
from tutorme.core import amounts
from tutorme.core.money import CURRENCIES, Money

_BLANK = [("", "—")]
MOST_MINOR = 1_000_000


class WordsForm(forms.Form):
    headline = Words(
        label=_("What you teach, and for whom, in one sentence"), max_length=120, required=False
    )
    about = Words(
        label=_("About you and your lessons"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("At least 120 characters. Write as you would speak to a student."),
    )
    approach = Words(
        label=_("How you teach"), max_length=4000, required=False, widget=forms.Textarea
    )

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class TeachingForm(forms.Form):
    amount = forms.DecimalField(
        label=_("Price of an hour"), max_digits=10, decimal_places=2, min_value=0, required=False
    )
    currency = forms.ChoiceField(label=_("Currency"), choices=[(c, c) for c in CURRENCIES])
    session_formats = forms.MultipleChoiceField(
        label=_("Kinds of lessons"),
        choices=TutorProfile.Format.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    preferred_video_platform = forms.ChoiceField(
        label=_("Where you like to meet"), choices=TutorProfile.Platform.choices
    )
    is_listed = forms.BooleanField(
        label=_("Show me in the list of tutors"),
        required=False,
        help_text=_("Your page stays where it is; without this it says that you are resting."),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        amount, currency = given.get("amount"), given.get("currency")
        if amount is None or not currency:
            return given
        try:
            price = amounts.typed(str(amount), currency)
        except forms.ValidationError as error:
            self.add_error("amount", error)
            return given
        if not 0 < price.minor <= MOST_MINOR:
            self.add_error("amount", _("This price is zero, or higher than we take."))
        given["hourly_price"] = price
        return given

    def changes(self) -> dict[str, Any]:
        names = ("session_formats", "preferred_video_platform", "is_listed")
        return {
            "hourly_price": self.cleaned_data.get("hourly_price"),
            **{name: self.cleaned_data[name] for name in names},
        }


class BackgroundForm(forms.Form):
    years_of_experience = forms.IntegerField(
        label=_("Years of teaching"), min_value=0, max_value=70
    )
    degree = Words(label=_("Degree"), max_length=160, required=False)
    education = Words(
        label=_("Where you learned"), max_length=2000, required=False, widget=forms.Textarea
    )
    intro_video_url = forms.CharField(
        label=_("A short video of you"),
        max_length=300,
        required=False,
        validators=[links.check_video_link],
        help_text=_("The https address of a video at YouTube or Vimeo. It is linked, not shown."),
    )

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PrivateForm(forms.Form):
    legal_name = Words(label=_("Legal name"), max_length=160, required=False)
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 ().-]{5,24}\Z",
        label=_("Phone"),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
        help_text=_("With the country's code, as in +33 6 12 34 56 78."),
    )
    tax_country = forms.ChoiceField(label=_("Country you pay tax in"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tax_country"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _BLANK + tongues.country_choices()

    def changes(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class PaperForm(forms.Form):
    title = Words(label=_("What it is"), max_length=160)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, PNG, JPEG or WebP up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/png,image/jpeg,image/webp"}),
    )


class SubjectRow(forms.Form):
    subject = forms.ChoiceField(label=_("Subject"), required=False)
    levels = forms.MultipleChoiceField(
        label=_("Levels"),
        choices=Level.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, subjects: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*_BLANK, *subjects]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("subject") and not given.get("levels"):
            self.add_error("levels", _("Say which levels you teach."))
        return given


class LanguageRow(forms.Form):
    code = forms.ChoiceField(label=_("Language"), required=False)
    level = forms.ChoiceField(
        label=_("How well"),
        choices=TutorLanguage.Fluency.choices,
        required=False,
        initial=TutorLanguage.Fluency.FLUENT,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _BLANK + tongues.language_choices()

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("code") and not given.get("level"):
            self.add_error("level", _("Say how well you speak it."))
        return given


class CertificationRow(forms.Form):
    title = Words(label=_("Certificate"), max_length=160, required=False)
    issuer = Words(label=_("From"), max_length=160, required=False)
    year = forms.IntegerField(label=_("Year"), min_value=1930, max_value=2100, required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("title") and (given.get("issuer") or given.get("year")):
            self.add_error("title", _("Say what it is called."))
        return given


if TYPE_CHECKING:
    _FormSet = BaseFormSet[forms.Form]
else:
    _FormSet = BaseFormSet


class Rows(_FormSet):
    """As many rows as there are, and room for two more. A row without its first field is none."""

    key: str
    name: str
    heading: str | Promise

    def changes(self) -> dict[str, Any]:
        rows = (form.cleaned_data for form in self.forms if form.is_valid())
        return {self.name: [dict(row) for row in rows if row.get(self.key)]}

    def clean(self) -> None:
        keys = [row[self.key] for row in self.changes()[self.name]]
        if len(keys) != len(set(keys)):
            raise forms.ValidationError(_("The same entry is there twice."), code="twice")


def _rows(
    row: type[forms.Form], *, key: str, name: str, heading: str | Promise, most: int
) -> type[Rows]:
    made: Any = forms.formset_factory(
        row, formset=Rows, extra=2, max_num=most, validate_max=True, absolute_max=most + 10
    )
    made.key, made.name, made.heading = key, name, heading
    found: type[Rows] = made
    return found


SubjectRows = _rows(
    SubjectRow, key="subject", name="subjects", heading=_("What you teach"), most=12
)
LanguageRows = _rows(
    LanguageRow, key="code", name="languages", heading=_("Languages you teach in"), most=12
)
CertificationRows = _rows(
    CertificationRow,
    key="title",
    name="certifications",
    heading=_("Certificates and papers"),
    most=20,
)


class Step:
    """One page of forms that are saved together: `form`, and rows of what there can be more of."""

    def __init__(
        self,
        data: Any,
        *,
        form: type[forms.Form],
        initial: dict[str, Any],
        rows: Iterable[tuple[type[Rows], list[dict[str, Any]], dict[str, Any]]] = (),
    ) -> None:
        self.form = form(data, initial=initial)
        self.rows = [
            kind(data, initial=now, prefix=kind.name, form_kwargs=extra)
            for kind, now, extra in rows
        ]

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), *(rows.is_valid() for rows in self.rows)])

    @property
    def has_errors(self) -> bool:
        return bool(self.form.errors) or any(rows.total_error_count() for rows in self.rows)

    def changes(self) -> dict[str, Any]:
        found: dict[str, Any] = dict(self.form.changes())  # type: ignore[attr-defined]
        for rows in self.rows:
            found |= rows.changes()
        return found


def words_step(data: Any, profile: TutorProfile, wanted: dict[str, Any]) -> Step:
    names = ("headline", "about", "approach")
    return Step(data, form=WordsForm, initial={name: getattr(profile, name) for name in names})


def teaching_step(data: Any, profile: TutorProfile, wanted: dict[str, Any]) -> Step:
    priced = profile.hourly_minor is not None
    price = Money(profile.hourly_minor or 0, profile.hourly_currency)
    initial = {
        "amount": price.amount if priced else None,
        "currency": profile.hourly_currency,
        "session_formats": profile.session_formats,
        "preferred_video_platform": profile.preferred_video_platform,
        "is_listed": profile.is_listed,
    }
    saved = profile.pk and not profile._state.adding
    subjects = list(Subject.objects.offered().order_by("name").values_list("pk", "name"))
    taught = [
        {"subject": row.subject_id, "levels": row.levels}
        for row in (profile.subject_rows.all() if saved else ())
    ]
    spoken = [
        {"code": row.code, "level": row.level}
        for row in (profile.language_rows.all() if saved else ())
    ]
    rows: Any = [(SubjectRows, taught, {"subjects": subjects}), (LanguageRows, spoken, {})]
    return Step(data, form=TeachingForm, initial=initial, rows=rows)


def background_step(data: Any, profile: TutorProfile, wanted: dict[str, Any]) -> Step:
    names = ("years_of_experience", "degree", "education", "intro_video_url")
    initial = {name: wanted.get(name, getattr(profile, name)) for name in names}
    papers = wanted.get("certifications", profile.certifications)
    return Step(data, form=BackgroundForm, initial=initial, rows=[(CertificationRows, papers, {})])


def private_step(data: Any, profile: TutorProfile, wanted: dict[str, Any]) -> Step:
    found = TutorPrivate.objects.filter(profile_id=profile.pk).first() or TutorPrivate()
    names = ("legal_name", "phone", "tax_country")
    initial = {name: wanted.get(name, getattr(found, name)) for name in names}
    return Step(data, form=PrivateForm, initial=initial)


STEPS: dict[str, tuple[str | Promise, Callable[[Any, TutorProfile, dict[str, Any]], Step]]] = {
    "words": (_("Your words"), words_step),
    "teaching": (_("What you teach"), teaching_step),
    "background": (_("Your background"), background_step),
    "private": (_("For payouts only"), private_step),
}


# All parts of the page: those above, and what is shown to the site alone.
PARTS: list[tuple[str, str | Promise]] = [
    *((key, label) for key, (label, _build) in STEPS.items()),
    ("papers", _("Papers")),
]


class DirectoryForm(forms.Form):
    """A value nobody offered is left out, so that an old link still shows a list."""

    q = forms.CharField(max_length=200, required=False)
    subject = forms.SlugField(max_length=60, required=False)
    level = forms.ChoiceField(choices=Level.choices, required=False)
    language = forms.RegexField(r"^[a-z]{2}\Z", required=False)
    currency = forms.ChoiceField(choices=[(c, c) for c in CURRENCIES], required=False)
    price_min = forms.DecimalField(max_digits=8, decimal_places=2, min_value=0, required=False)
    price_max = forms.DecimalField(max_digits=8, decimal_places=2, min_value=0, required=False)
    rating = forms.TypedChoiceField(
        choices=[(value, value) for value in ("3", "4", "4.5")], coerce=Decimal, required=False
    )
    # A date and hours of it by the reader's own clock.
    free = forms.DateField(input_formats=["%Y-%m-%d"], required=False)
    after = forms.TimeField(input_formats=["%H:%M"], required=False)
    before = forms.TimeField(input_formats=["%H:%M"], required=False)
    order = forms.ChoiceField(
        choices=[
            ("relevance", _("Best match")),
            ("newest", _("Newest")),
            ("price", _("Lowest price")),
            ("-price", _("Highest price")),
            ("experience", _("Most experience")),
            ("soonest", _("Free soonest")),
            ("rating", _("Best rated")),
            ("name", _("Name")),
        ],
        required=False,
    )

    def wanted(self) -> dict[str, Any]:
        """What was given and can be read. Hours without a date mean nothing."""
        self.is_valid()
        given = {name: v for name, v in self.cleaned_data.items() if v not in (None, "")}
        if "free" not in given:
            given = {name: v for name, v in given.items() if name not in {"after", "before"}}
        return given
