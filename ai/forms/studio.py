"""What tutors type into the studio."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import tongues
from ai.schemas import EXERCISE_TYPES, LEVELS
from courses.forms.teach import plain

_LEVELS = list(
    zip(LEVELS, (_("Beginner"), _("Intermediate"), _("Advanced")), strict=True),
)
_TYPES = list(zip(EXERCISE_TYPES, (_("Coding"), _("Writing"), _("Problem")), strict=True))
_MATERIAL = 20_000


class _BriefForm(forms.Form):
    topic = forms.CharField(
        label=_("Topic"),
        max_length=120,
        validators=[plain],
        help_text=_("The narrower, the better."),
    )
    level = forms.ChoiceField(label=_("Level"), choices=_LEVELS)
    language = forms.ChoiceField(label=_("Language"), initial="en")
    material = forms.CharField(
        label=_("Your material"),
        max_length=_MATERIAL,
        required=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Text the model may quote. It leaves this site and goes to the provider of the model;"
            " give nothing that is confidential or about other people."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = tongues.language_choices()  # type: ignore[attr-defined]  # a ChoiceField

    def materials(self) -> list[dict[str, str]]:
        text = self.cleaned_data["material"].strip()
        return [{"title": str(self.cleaned_data["topic"]), "text": text}] if text else []


class CourseBriefForm(_BriefForm):
    goal = forms.CharField(
        label=_("What learners can do afterwards"), max_length=300, validators=[plain]
    )
    audience = forms.CharField(label=_("Who it is for"), max_length=200, validators=[plain])
    hours = forms.IntegerField(label=_("Hours of learning"), min_value=1, max_value=60, initial=4)
    constraints = forms.CharField(
        label=_("What it must keep to"),
        max_length=500,
        required=False,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("topic", "goal", "audience", "level", "language", "hours", "constraints")


class PracticeForm(_BriefForm):
    """Exercises or a quiz; `lessons` are those of the author's own courses."""

    type = forms.ChoiceField(label=_("Kind of exercise"), choices=_TYPES)
    difficulty = forms.IntegerField(
        label=_("Difficulty"), min_value=1, max_value=5, initial=2, help_text=_("1 easy, 5 hard.")
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=10, initial=3)
    lesson = forms.ChoiceField(
        label=_("For the lesson"),
        required=False,
        help_text=_("It is then written from that lesson's text, and can be put beside it."),
    )
    field_order = ("topic", "type", "difficulty", "count", "level", "language", "lesson")

    def __init__(self, *args: Any, kind: str, lessons: list[tuple[str, str]], **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._most = 5 if kind == "exercise" else 10
        if kind == "quiz":
            del self.fields["type"]
            self.fields["count"].label = _("Questions")
            self.fields["count"].initial = 5
        chosen = [("", _("None: on its own")), *lessons]
        self.fields["lesson"].choices = chosen  # type: ignore[attr-defined]  # a ChoiceField

    def clean_count(self) -> int:
        count = int(self.cleaned_data["count"])
        if count > self._most:
            raise ValidationError(_("At most %(most)s at once.") % {"most": self._most})
        return count


class NodeForm(forms.Form):
    """What of a node is edited here; its questions have forms of their own (`questions.py`)."""

    title = forms.CharField(label=_("Title"), max_length=120, validators=[plain])
    body_md = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("Markdown."),
    )
    prompt_md = forms.CharField(
        label=_("Task"),
        max_length=6000,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    hints = forms.CharField(
        label=_("Hints"),
        max_length=2500,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, up to three; each gives a little more away."),
    )
    solution_md = forms.CharField(
        label=_("Solution"),
        max_length=8000,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("For you: learners never see it."),
    )

    _EXERCISE = ("prompt_md", "hints", "solution_md")

    def __init__(self, *args: Any, content: dict[str, Any], title: str, **kwargs: Any) -> None:
        self.content = content
        exercise = content.get("exercise")
        initial = {"title": title, "body_md": content.get("body_md", ""), **(exercise or {})}
        initial["hints"] = "\n".join(" ".join(hint.split()) for hint in initial.get("hints", []))
        super().__init__(*args, **{**kwargs, "initial": initial})
        if not exercise:
            for name in self._EXERCISE:
                del self.fields[name]
        if "body_md" not in content:
            del self.fields["body_md"]

    def edited(self) -> dict[str, Any]:
        """The content with what was typed in place of what was there."""
        said = dict(self.cleaned_data)
        content = dict(self.content)
        if "body_md" in said:
            content["body_md"] = said["body_md"]
        if content.get("exercise"):
            hints = [line.strip() for line in said["hints"].splitlines() if line.strip()]
            texts = {"prompt_md": said["prompt_md"], "solution_md": said["solution_md"]}
            content["exercise"] = {**content["exercise"], **texts, "hints": hints}
        return content
