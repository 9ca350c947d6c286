"""Asking for a course that is not there, and telling whoever asked when it is."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from accounts.names import plain
from courses.errors import WishesFull
from courses.events import WishAnswered
from courses.models import Course, CourseWish, WishAnswer
from tutorme.core import audit, limits, outbox
from tutorme.core.errors import InvalidInput, NotFound, TooManyRequests

OPEN = CourseWish.State.OPEN
MOST_OPEN = 20
A_DAY = limits.Limit("course-wishes", 20, 86_400)
ANSWERS_A_DAY = limits.Limit("wish-answers", 50, 86_400)


def key_of(words: str) -> str:
    """Equal for words that differ in case, accents, width or spaces alone."""
    return plain(words)[:160]


def wish(*, user: Any, words: str, level: str = "", note: str = "") -> tuple[CourseWish, bool]:
    """The wish, and whether it is new: asking again changes the open one. `WishesFull` past twenty
    open ones, `TooManyRequests` past twenty a day."""
    key = _key(words)
    if not limits.hit(A_DAY, str(user.pk)).allowed:
        raise TooManyRequests
    with transaction.atomic():
        # Under the person's row, so that of many at once no more than twenty are open.
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        mine = CourseWish.objects.filter(user=user, state=OPEN)
        known = mine.filter(words_key=key).exists()
        if not known and mine.count() >= MOST_OPEN:
            raise WishesFull
        row, is_new = CourseWish.objects.update_or_create(
            user=user,
            words_key=key,
            state=OPEN,
            defaults={"level": level, "note": note},
            create_defaults={"level": level, "note": note, "words": words},
        )
    row.refresh_from_db()
    return row, is_new


def _key(words: str) -> str:
    if key := key_of(words):
        return key
    detail = "Name what you would like to learn."
    raise InvalidInput(errors=[{"pointer": "/words", "code": "blank", "detail": detail}])


def withdraw(*, user: Any, wish_id: UUID) -> None:
    """Nothing of an open wish is kept; `NotFound` where it is not one's own or not open."""
    gone, _by_model = CourseWish.objects.filter(pk=wish_id, user=user, state=OPEN).delete()
    if not gone:
        raise NotFound


def close(*, wish: CourseWish, actor_id: Any) -> bool:
    """The site's decision that nothing comes of it; false where it was decided already."""
    with transaction.atomic():
        rows = CourseWish.objects.filter(pk=wish.pk, state=OPEN)
        closed = rows.update(state=CourseWish.State.CLOSED, decided_at=timezone.now())
        if closed:
            audit.record("wish.closed", target=wish, actor_id=actor_id)
    return bool(closed)


def mark(*, course: Course, words: str, actor_id: Any) -> int:
    """Its author says that a course is what was asked for. How many are told now: none before it
    is published. `TooManyRequests` past fifty a day."""
    key = _key(words)
    if not limits.hit(ANSWERS_A_DAY, str(actor_id)).allowed:
        raise TooManyRequests
    with transaction.atomic():
        WishAnswer.objects.get_or_create(course=course, words_key=key)
        return answer(course_id=course.pk)


def answer(*, course_id: UUID) -> int:
    """Tells everybody whose open wish a published course answers, each once: those its author
    marked, and those whose words are exactly its category, title or a tag, at its level. Locks the
    wishes; again it finds none."""
    with transaction.atomic():
        course = Course.objects.published().filter(pk=course_id).first()
        if course is None:
            return 0
        rows = CourseWish.objects.select_for_update(no_key=True).filter(state=OPEN)
        others = rows.exclude(user_id=course.instructor_id)
        wishes = list(others.filter(_answered_by(course)).order_by("pk"))
        for row in wishes:
            row.state, row.course = CourseWish.State.ANSWERED, course
            row.decided_at = timezone.now()
            told = WishAnswered(row.pk, row.user_id, course.pk)
            outbox.record(told, actor_id=course.instructor_id, key=f"wish.answered:{row.pk}")
        CourseWish.objects.bulk_update(wishes, ["state", "course", "decided_at"])
    return len(wishes)


def _answered_by(course: Course) -> Q:
    marked = list(course.wish_answers.values_list("words_key", flat=True))
    named = {key_of(each) for each in (course.category, course.title, *course.tags)}
    fits = Q(words_key__in=named, level__in=["", course.difficulty])
    return Q(words_key__in=marked) | fits
