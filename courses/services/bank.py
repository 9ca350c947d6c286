"""The question bank of a course. A question's text changes by adding its next version; whatever
was given to learners stays as it was."""

from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Now
from django.utils.text import slugify

from courses.errors import QuestionInvalid
from courses.models import BankItem, Course, Question, SlotQuestion
from courses.quiz_checks import problems_of_question
from courses.quiz_source import Facts, Row, facts_of, row_of
from tutorme.core import audit
from tutorme.core.errors import Conflict

_COLUMNS = tuple(name for name in Facts.__dataclass_fields__ if name != "solution")


def keep(*, course: Course, row: Row, home: str = "") -> Question:
    """The current version of a question as its author writes it: the one there is where it says
    the same, else the next. `QuestionInvalid` lists what is wrong with it."""
    if problems := problems_of_question(row):
        raise QuestionInvalid(problems=problems)
    tags = sorted({tag.strip() for tag in row.get("tags", [])})
    with transaction.atomic():
        item, made = BankItem.objects.select_for_update(no_key=True).get_or_create(
            course=course, home=home, key=row["key"], defaults={"tags": tags}
        )
        if not made and (item.tags != tags or item.archived_at):
            item.tags, item.archived_at = tags, None
            item.save(update_fields=["tags", "archived_at"])
        return _version(item, facts_of(row))


def add(*, course: Course, row: Row) -> Question:
    """A new question in the bank; `Conflict` where its key is taken."""
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        if course.bank.in_bank().filter(key=row.get("key")).exists():
            raise Conflict
        return keep(course=course, row=row)


def _version(item: BankItem, facts: Facts) -> Question:
    """The caller holds the item's lock."""
    latest = item.versions.order_by("-number").first()
    if latest and _says(latest, facts):
        if latest.retired_at:
            latest.retired_at = None
            latest.save(update_fields=["retired_at"])
        return latest
    if latest:
        _retire(item)
    number = 1 + (latest.number if latest else 0)
    return Question.objects.create(item=item, number=number, key=item.key, **vars(facts))


def _says(question: Question, facts: Facts) -> bool:
    same = all(getattr(question, name) == getattr(facts, name) for name in _COLUMNS)
    return same and question.key_in_force == facts.solution


def _retire(item: BankItem) -> None:
    Question.objects.filter(item=item, retired_at=None).update(retired_at=Now())


def edit(*, item: BankItem, row: Row, version: int, actor_id: Any) -> Question:
    """An edit of the version its author saw; `Conflict` where there is a newer one."""
    with transaction.atomic():
        held = BankItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        current = held.versions.order_by("-number").first()
        if current is None or current.number != version:
            raise Conflict
        made = keep(course=item.course, row={**row, "key": item.key}, home=item.home)
        if made.pk != current.pk:
            audit.record(
                "question.edited",
                target=item,
                actor_id=actor_id,
                before={"version": current.number},
                after={"version": made.number},
            )
    return made


def archive(*, item: BankItem, actor_id: Any | None = None) -> None:
    """It leaves the bank; quizzes that were published with it keep it until they are published
    again."""
    with transaction.atomic():
        BankItem.objects.filter(pk=item.pk).update(archived_at=Now())
        _retire(item)
        audit.record("question.archived", target=item, actor_id=actor_id)


def adopt(*, course: Course, row: Row, home: str) -> BankItem:
    """A question written in a quiz's own file moves into the bank, with its versions. What takes
    its place in the quiz is `{"use": item.key}`."""
    with transaction.atomic():
        keep(course=course, row=row, home=home)
        item = BankItem.objects.select_for_update(no_key=True).get(
            course=course, home=home, key=row["key"]
        )
        item.home, item.key = "", free_key(course, item.key, home)
        item.save(update_fields=["home", "key"])
    return item


def free_key(course: Course, wanted: str, prefix: str = "") -> str:
    """A key nothing in the bank has yet."""
    base = slugify(wanted)[:60] or "question"
    taken = set(course.bank.filter(home="").values_list("key", flat=True))
    if base in taken and prefix:
        base = f"{prefix[:50]}-{base}"[:70]
    names = (base, *(f"{base}-{number}" for number in range(2, 10_000)))
    return next(name for name in names if name not in taken)


def find(course: Course, *, text: str = "", tag: str = "") -> QuerySet[Question]:
    """The current versions in the bank, by words of the prompt, key or tag."""
    rows = Question.objects.filter(
        item__course=course, item__home="", item__archived_at=None, retired_at=None
    ).select_related("item")
    if tag:
        rows = rows.filter(item__tags__contains=[tag])
    for word in text.split()[:8]:
        rows = rows.filter(
            Q(prompt__icontains=word) | Q(key__icontains=word) | Q(item__tags__icontains=word)
        )
    used = SlotQuestion.objects.filter(question__item=OuterRef("item"))
    return rows.annotate(is_used=Exists(used)).order_by("key")


def tags_of(course: Course) -> list[str]:
    tags = Func(F("tags"), function="unnest", output_field=TextField())
    rows = course.bank.in_bank().annotate(tag=tags).values_list("tag", flat=True)
    return sorted(set(rows))


def load(*, course: Course, rows: list[Row]) -> None:
    """Makes the bank what its file says; what is not there leaves it."""
    with transaction.atomic():
        for row in rows:
            keep(course=course, row=row)
        gone = course.bank.in_bank().exclude(key__in=[row["key"] for row in rows])
        for item in gone:
            archive(item=item)


def rows_of(course: Course) -> list[Row]:
    """The bank as its file holds it."""
    return [as_row(question) for question in find(course)]


def as_row(question: Question) -> Row:
    return row_of(question.item.key, question, question.key_in_force, question.item.tags)
