"""Questions and exercises of a draft as their author edits them, one small form each."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from courses.forms.teach import plain

Content = dict[str, Any]
_BETWEEN = " = "


def _text(label: Any, most: int, *, rows: int = 2, required: bool = True, hint: Any = "") -> Any:
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        validators=[plain],
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=hint,
    )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class ExerciseForm(forms.Form):
    """One of several exercises."""

    prompt_md = _text(_("Task"), 6000, rows=5)
    hints = _text(_("Hints"), 2500, rows=3, hint=_("One a line, up to three."))
    solution_md = _text(_("Solution"), 8000, rows=5)

    def __init__(self, *args: Any, content: Content, **kwargs: Any) -> None:
        self.content = content
        hints = "\n".join(" ".join(hint.split()) for hint in content["hints"])
        super().__init__(*args, **{**kwargs, "initial": {**content, "hints": hints}})

    def edited(self) -> Content:
        said = self.cleaned_data
        return {**self.content, **said, "hints": _lines(said["hints"])}


class QuestionForm(forms.Form):
    """Its kind stays; an option whose text is emptied goes, and one may be added."""

    prompt_md = _text(_("Question"), 2000)

    def __init__(self, *args: Any, content: Content, **kwargs: Any) -> None:
        self.content = content
        super().__init__(*args, **kwargs)
        self.fields["prompt_md"].initial = content["prompt_md"]
        for name, field, value in self._answers():
            self.fields[name] = field
            field.initial = value

    def _answers(self) -> Iterator[tuple[str, forms.Field, Any]]:
        options, accept = self.content["options"], self.content["accept"]
        match self.content["type"]:
            case "single" | "multi":
                for number, option in enumerate([*options, {}]):
                    yield from _option(number, option)
            case "true_false":
                yield "right", _truth(), next((o["key"] for o in options if o["correct"]), "true")
            case "order":
                texts = "\n".join(option["text"] for option in options)
                yield "parts", _text(_("Parts in their order, one a line"), 5000, rows=4), texts
            case "match":
                pairs = zip(options, accept, strict=False)
                texts = "\n".join(f"{left['text']}{_BETWEEN}{right}" for left, right in pairs)
                hint = _("One pair a line: left = right.")
                yield "pairs", _text(_("Pairs"), 9000, rows=4, hint=hint), texts
            case "numeric":
                yield "accept", _text(_("Number"), 300, rows=1), "\n".join(accept[:1])
                yield "tolerance", _tolerance(), self.content["tolerance"]
            case _:
                label = _("Accepted answers, one a line")
                yield "accept", _text(label, 3600, rows=3), "\n".join(accept)

    def clean_pairs(self) -> str:
        text = str(self.cleaned_data["pairs"])
        if any(_BETWEEN.strip() not in line for line in _lines(text)):
            raise ValidationError(_("Each line has a left and a right side, with = between."))
        return text

    def edited(self) -> Content:
        said = self.cleaned_data
        question = {**self.content, "prompt_md": said["prompt_md"]}
        if "right" in said:
            question["options"] = [
                {**option, "correct": option["key"] == said["right"]}
                for option in question["options"]
            ]
        elif "parts" in said:
            question["options"] = _keyed(_lines(said["parts"]), question["options"])
        elif "pairs" in said:
            pairs = [line.partition(_BETWEEN.strip()) for line in _lines(said["pairs"])]
            question["options"] = _keyed([p[0].strip() for p in pairs], question["options"])
            question["accept"] = [p[2].strip() for p in pairs]
        elif "accept" in said:
            question["accept"] = _lines(said["accept"])
            question["tolerance"] = said.get("tolerance")
        else:
            question["options"] = list(_chosen(said, question["options"]))
        return question


def _option(number: int, option: Content) -> Iterator[tuple[str, forms.Field, Any]]:
    labels = {"number": number + 1}
    text = _text(
        _("Option %(number)s") % labels, 500, rows=1, required=False,
        hint="" if option else _("One more, if you like."),
    )  # fmt: skip
    yield f"o{number}", text, option.get("text", "")
    right = forms.BooleanField(label=_("Option %(number)s is right") % labels, required=False)
    yield f"r{number}", right, option.get("correct", False)
    why = _text(_("Why, told after option %(number)s") % labels, 600, rows=1, required=False)
    yield f"w{number}", why, option.get("why", "")


def _truth() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Right is"), choices=[("true", _("True")), ("false", _("False"))]
    )


def _tolerance() -> forms.FloatField:
    return forms.FloatField(label=_("Tolerance"), min_value=0, max_value=10**9, required=False)


def _chosen(said: Content, before: list[Content]) -> Iterator[Content]:
    taken = {option["key"] for option in before}
    free = next(key for n in range(len(taken) + 1) if (key := f"o{n}") not in taken)
    for number, option in enumerate([*before, {"key": free}]):
        if text := said[f"o{number}"].strip():
            yield {
                "key": option["key"],
                "text": text,
                "correct": said[f"r{number}"],
                "why": said[f"w{number}"].strip(),
            }


def _keyed(texts: list[str], before: list[Content]) -> list[Content]:
    """With the keys they had by their place; new ones where there are more."""
    blank = {"correct": False, "why": ""}
    keys = [option["key"] for option in before]
    more = (f"o{n}" for n in range(100) if f"o{n}" not in keys)
    rows = [
        before[n] if n < len(before) else {**blank, "key": next(more)} for n in range(len(texts))
    ]
    return [{**row, "text": text} for row, text in zip(rows, texts, strict=True)]


Parts = list[ExerciseForm | QuestionForm]


def forms_of(content: Content, data: Any = None) -> Parts:
    """In the order in which they stand. Exercises of a lesson have its own form."""
    holder = content.get("quiz") or content
    exercises = [
        ExerciseForm(data, content=row, prefix=f"e{n}")
        for n, row in enumerate(content.get("exercises") or [])
    ]
    questions = [
        QuestionForm(data, content=row, prefix=f"q{n}")
        for n, row in enumerate(holder.get("questions") or [])
    ]
    return [*exercises, *questions]


def edited(content: Content, parts: Parts) -> Content:
    made = [form.edited() for form in parts]
    if content.get("exercises"):
        return {**content, "exercises": made}
    if content.get("quiz"):
        return {**content, "quiz": {**content["quiz"], "questions": made}}
    return {**content, "questions": made} if content.get("questions") else content
