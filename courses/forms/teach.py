"""What authors type into the builder: every field of the API, as forms."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.forms import LEVELS
from courses.models import Course, CourseDraft, LessonDraft, LessonKind
from tutorme.core import amounts
from tutorme.core.api.serializers import is_forbidden
from tutorme.core.money import CURRENCIES, Money


def plain(value: str) -> None:
    if any(is_forbidden(char) and char not in "\n\r\t" for char in value):
        raise ValidationError(_("A character is not allowed here."), code="character")


class LinesField(forms.CharField):
    """One entry a line."""

    widget = forms.Textarea

    def __init__(self, *, many: int, most: int, **kwargs: Any) -> None:
        self._many, self._most = many, most
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]
        if len(lines) > self._many or any(len(line) > self._most for line in lines):
            raise ValidationError(
                _("Up to %(many)s lines of up to %(most)s characters.")
                % {"many": self._many, "most": self._most}
            )
        return lines


class CourseForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120, validators=[plain])
    subtitle = forms.CharField(label=_("Subtitle"), max_length=200, required=False)
    summary = forms.CharField(
        label=_("Summary"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Two or three sentences: shown in the catalogue and found by search."),
    )
    description = forms.CharField(
        label=_("About the course"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Markdown."),
    )
    outcomes = LinesField(
        label=_("What learners will be able to do"), many=30, most=200, help_text=_("One a line.")
    )
    category = forms.CharField(label=_("Subject"), max_length=60, validators=[plain])
    tags = LinesField(label=_("Tags"), many=10, most=40, help_text=_("One a line."))
    difficulty = forms.ChoiceField(label=_("Level"), choices=list(LEVELS.items()))
    language = forms.RegexField(
        label=_("Language"),
        regex=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        max_length=12,
        initial="en",
        help_text=_("A tag, such as en or pt-BR."),
    )
    amount = forms.CharField(
        label=_("Price"), max_length=14, initial="0", help_text=_("0 is free.")
    )
    currency = forms.ChoiceField(
        label=_("Currency"), choices=[(code, code) for code in CURRENCIES], initial="EUR"
    )
    is_premium = forms.BooleanField(label=_("Included in plans"), required=False)
    estimated_hours = forms.IntegerField(
        label=_("Hours it takes"), min_value=1, max_value=1000, required=False
    )
    prerequisites = forms.ModelMultipleChoiceField(
        label=_("Courses to complete before"),
        queryset=Course.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, course: Course | None = None, author: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        known = Course.objects.published().filter(instructor_id=author.pk)
        if course is not None:
            known = known.exclude(pk=course.pk)
        self.fields["prerequisites"].queryset = known  # type: ignore[attr-defined]
        if not known.exists():
            del self.fields["prerequisites"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("subtitle", "summary", "description"):
            plain(data.get(name, ""))
        try:
            money = amounts.typed(data.get("amount", ""), data.get("currency", ""))
        except forms.ValidationError as error:
            self.add_error("amount", error)
        else:
            data["price_minor"] = money.minor
        return data

    def facts(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data.pop("amount")
        if "prerequisites" in data:
            data["prerequisites"] = [course.pk for course in data["prerequisites"]]
        return data


def course_initial(draft: CourseDraft) -> dict[str, Any]:
    facts = draft.facts
    price = Money(facts["price_minor"], facts["currency"])
    return {**facts, "amount": price.amount}


class LessonForm(forms.Form):
    """What every kind has. `for_lesson` adds what only its kind has."""

    revision = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=120, validators=[plain])
    body = forms.CharField(
        label=_("Text"),
        max_length=100_000,
        required=False,
        strip=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "true"}),
        help_text=_("Markdown. A picture of this course: ![what it shows](files/name.png)"),
    )
    minutes = forms.IntegerField(label=_("Minutes it takes"), min_value=0, max_value=1440)
    objectives = LinesField(
        label=_("What it teaches"), many=10, most=200, help_text=_("One a line.")
    )
    is_free_preview = forms.BooleanField(label=_("Anybody may read it"), required=False)
    is_required = forms.BooleanField(
        label=_("Counts towards completing the course"), required=False
    )
    is_held_back = forms.BooleanField(
        label=_("Hold it back when the course is published"), required=False
    )
    drip_days = forms.IntegerField(
        label=_("Opens so many days after enrolling"), min_value=0, max_value=3650, required=False
    )
    drip_at = forms.DateTimeField(
        label=_("Or opens at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    prerequisites = forms.ModelMultipleChoiceField(
        label=_("Lessons to complete before"),
        queryset=LessonDraft.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, lesson: LessonDraft, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lesson = lesson
        others = lesson.course.lesson_drafts.exclude(pk=lesson.pk).order_by("position")
        self.fields["prerequisites"].queryset = others  # type: ignore[attr-defined]
        self.own = _FIELDS[LessonKind(lesson.kind)](names)
        self.fields |= {f"data-{name}": field for name, field in self.own.items()}

    def clean_body(self) -> str:
        return str(self.cleaned_data["body"]).replace("\r\n", "\n")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("drip_days") is not None and data.get("drip_at"):
            self.add_error("drip_at", _("A lesson opens after days or at a moment, not both."))
        return data

    def changes(self) -> dict[str, Any]:
        """As `writing.save_lesson` takes them."""
        data = dict(self.cleaned_data)
        data.pop("revision")
        data["prerequisites"] = [row.pk for row in data["prerequisites"]]
        own = {name: data.pop(f"data-{name}", None) for name in self.own}
        if self.lesson.kind != LessonKind.QUIZ:
            data["data"] = _written(self.lesson, own)
        return data

    def own_fields(self) -> list[forms.BoundField]:
        return [self[f"data-{name}"] for name in self.own if not name.startswith("track")]

    @property
    def tracks(self) -> list[list[forms.BoundField]]:
        """What belongs to each captions of a video."""
        names = [name for name in self.own if name.startswith("track")]
        rows = [names[at : at + 3] for at in range(0, len(names), 3)]
        return [[self[f"data-{name}"] for name in row] for row in rows]


def lesson_initial(lesson: LessonDraft) -> dict[str, Any]:
    plain_names = (
        *("revision", "title", "body", "minutes", "objectives", "is_free_preview"),
        *("is_required", "is_held_back", "drip_days", "drip_at"),
    )
    shown = {name: getattr(lesson, name) for name in plain_names}
    shown["prerequisites"] = list(lesson.prerequisites.values_list("pk", flat=True))
    return shown | {f"data-{name}": value for name, value in _read(lesson.data).items()}


def _read(data: dict[str, Any]) -> dict[str, Any]:
    shown = dict(data)
    if moment := shown.get("starts_at"):
        shown["starts_at"] = datetime.fromisoformat(moment)
    for number, track in enumerate(data.get("captions", [])[:_TRACKS]):
        shown |= {f"track{number}_{name}": value for name, value in track.items()}
    return shown


def _written(lesson: LessonDraft, own: dict[str, Any]) -> dict[str, Any]:
    """Members this form does not know stay as they are."""
    if moment := own.get("starts_at"):
        own["starts_at"] = moment.isoformat()
    tracks = [
        {name: own.pop(f"track{number}_{name}") for name in ("language", "label", "file")}
        for number in range(_TRACKS)
        if f"track{number}_file" in own
    ]
    if tracks:
        own["captions"] = [track for track in tracks if track["file"]]
    return {**lesson.data, **own}


_TRACKS = 3


def _one_of(names: list[str], suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [("", "—"), *((name, name) for name in names if name.endswith(suffixes))]


def _text_fields(_names: list[str]) -> dict[str, forms.Field]:
    return {
        "min_seconds": forms.IntegerField(
            label=_("Least seconds before it can be marked complete"),
            min_value=0,
            max_value=3600,
            required=False,
        )
    }


def _video_fields(names: list[str]) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {
        "file": forms.ChoiceField(
            label=_("Video of this course"),
            choices=_one_of(names, (".mp4", ".webm")),
            required=False,
        ),
        "url": forms.URLField(
            label=_("Or its address elsewhere"),
            max_length=500,
            required=False,
            assume_scheme="https",
            help_text=_("A page of a host this site allows."),
        ),
        "duration_seconds": forms.IntegerField(
            label=_("Seconds it lasts"), min_value=1, max_value=43_200, required=False
        ),
    }
    for number in range(_TRACKS):
        fields |= _track(number, names)
    return fields


def _track(number: int, names: list[str]) -> dict[str, forms.Field]:
    said = {"number": number + 1}
    return {
        f"track{number}_file": forms.ChoiceField(
            label=_("Captions %(number)s") % said, choices=_one_of(names, (".vtt",)), required=False
        ),
        f"track{number}_language": forms.CharField(
            label=_("Language of captions %(number)s") % said, max_length=12, required=False
        ),
        f"track{number}_label": forms.CharField(
            label=_("Name of captions %(number)s") % said, max_length=120, required=False
        ),
    }


def _file_fields(names: list[str]) -> dict[str, forms.Field]:
    return {
        "files": forms.MultipleChoiceField(
            label=_("Files to download"),
            choices=[(name, name) for name in names],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    }


def _embed_fields(_names: list[str]) -> dict[str, forms.Field]:
    return {
        "url": forms.URLField(
            label=_("Address"), max_length=500, required=False, assume_scheme="https"
        ),
        "label": forms.CharField(label=_("What it shows"), max_length=120, required=False),
    }


def _live_fields(_names: list[str]) -> dict[str, forms.Field]:
    return {
        "starts_at": forms.DateTimeField(
            label=_("Begins"),
            required=False,
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        ),
        "duration_minutes": forms.IntegerField(
            label=_("Minutes it lasts"), min_value=5, max_value=600, required=False
        ),
        "join_url": forms.URLField(
            label=_("Where to join"), max_length=500, required=False, assume_scheme="https"
        ),
    }


def _exercise_fields(_names: list[str]) -> dict[str, forms.Field]:
    return {
        "completion": forms.ChoiceField(
            label=_("Complete when"),
            choices=[("submitted", _("it was handed in")), ("passed", _("it was passed"))],
        )
    }


def _no_fields(_names: list[str]) -> dict[str, forms.Field]:
    return {}


_FIELDS = {
    LessonKind.TEXT: _text_fields,
    LessonKind.VIDEO: _video_fields,
    LessonKind.QUIZ: _no_fields,
    LessonKind.EXERCISE: _exercise_fields,
    LessonKind.FILE: _file_fields,
    LessonKind.EMBED: _embed_fields,
    LessonKind.LIVE: _live_fields,
}


class NewLessonForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120, validators=[plain])
    kind = forms.ChoiceField(label=_("Kind"), choices=LessonKind.choices)
    section = forms.UUIDField(widget=forms.HiddenInput, required=False)


class TitleForm(forms.Form):
    title = forms.CharField(label=_("Title"), max_length=120, validators=[plain])


class UploadForm(forms.Form):
    upload = forms.FileField(label=_("File"), max_length=400)
    name = forms.RegexField(
        label=_("Name lessons use"),
        regex=r"^[a-z0-9][a-z0-9._-]{0,99}$",
        required=False,
        help_text=_("Small letters, digits, dots and dashes; made from the file's name if empty."),
    )


class ReleaseForm(forms.Form):
    note = forms.CharField(
        label=_("What is new, for learners"),
        max_length=500,
        required=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    is_breaking = forms.BooleanField(
        label=_("Whoever completed an earlier version learned something else"), required=False
    )
