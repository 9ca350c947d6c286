import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from courses.models import (  # noqa: F401  named in strings
        Appeal,
        Attempt,
        AttemptAnswer,
        BankItem,
        Course,
        CourseRating,
        Enrollment,
        Handover,
        Lesson,
        Post,
        Submission,
        Thread,
    )


@dataclass(frozen=True)
class Viewer:
    """Who looks, by what `visible_to` asks of a person: for statements that are written once, where
    nobody in particular looks yet. No `pk` is a visitor."""

    pk: UUID | None
    is_admin: bool = False

    @property
    def is_authenticated(self) -> bool:
        return self.pk is not None


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> "CourseQuerySet":
        return self.filter(state="published")

    def visible_to(self, user: Any) -> "CourseQuerySet":
        """The published ones, one's own in any state, and what one has a place in even after it
        left the catalogue."""
        if getattr(user, "is_admin", False):
            return self
        if not user.is_authenticated:
            return self.published()
        places = self.model._meta.get_field("enrollments").related_model
        mine = places._default_manager.filter(
            course_id=OuterRef("pk"), user_id=user.pk, state__in=("active", "completed")
        )
        return self.filter(Q(state="published") | Q(instructor_id=user.pk) | Exists(mine))

    def editable_by(self, user: Any) -> "CourseQuerySet":
        """One's own while one teaches; all for the staff."""
        if getattr(user, "is_admin", False):
            return self
        if not user.is_authenticated or not user.is_tutor:
            return self.none()
        return self.filter(instructor_id=user.pk)

    def matching(self, text: str) -> "CourseQuerySet":
        """By words, stemmed by the course's language and weighted: title over category and tags
        over summary over description; `-word` leaves out. `rank` is annotated, a whole number so
        that pages can continue exactly where one ended."""
        wanted, unwanted = split_unwanted(text)
        words = SearchWords(wanted)
        rank = Cast(SearchRank(F("found_by__words"), words) * 1_000_000, models.IntegerField())
        return self.filter(found_by__words=words).annotate(rank=rank).without(unwanted)

    def without(self, words: list[str]) -> "CourseQuerySet":
        found = self
        for word in words:
            found = found.exclude(found_by__words=SearchWords(word))
        return found


_UNWANTED = re.compile(r'(?<!\S)-("[^"]*"|\S+)')


def split_unwanted(text: str) -> tuple[str, list[str]]:
    """A word may mean nothing in one language and something in another, so "without it" is asked
    for every language apart from what is wanted."""
    return _UNWANTED.sub(" ", text).strip(), _UNWANTED.findall(text)


class SearchWords(SearchQuery):
    """The words of a search in every language a course may have, as websearch_to_tsquery reads
    them (the migration makes the function)."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.function = "courses_query"


class OwnedQuerySet(models.QuerySet[Any]):
    """What belongs to one person and is nobody else's business."""

    def visible_to(self, user: Any) -> "OwnedQuerySet":
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class CourseRatingQuerySet(models.QuerySet["CourseRating"]):
    def standing(self) -> "CourseRatingQuerySet":
        """Those that everybody sees and that count."""
        return self.filter(is_hidden=False)

    def visible_to(self, user: Any) -> "CourseRatingQuerySet":
        if getattr(user, "is_admin", False):
            return self
        own = Q(user_id=user.pk) if user.is_authenticated else Q()
        return self.filter(Q(is_hidden=False) | own)


class LessonQuerySet(models.QuerySet["Lesson"]):
    def counted(self) -> "LessonQuerySet":
        """Those that make up 100 per cent."""
        return self.filter(is_published=True, is_required=True)


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def visible_to(self, user: Any) -> "EnrollmentQuerySet":
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def taught_by(self, user: Any) -> "EnrollmentQuerySet":
        """Places in the courses one teaches; in all of them for who runs the site."""
        if getattr(user, "is_admin", False):
            return self
        return self.filter(course__instructor_id=user.pk)

    def open(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=("active", "completed"))


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, user: Any) -> "AttemptQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(enrollment__user_id=user.pk)

    def taught_by(self, user: Any) -> "AttemptQuerySet":
        """Of the courses one teaches; of all of them for who runs the site."""
        if getattr(user, "is_admin", False):
            return self
        return self.filter(lesson__course__instructor_id=user.pk)


class AttemptAnswerQuerySet(models.QuerySet["AttemptAnswer"]):
    def in_order(self) -> "AttemptAnswerQuerySet":
        return self.select_related("question").order_by("position")


class BankItemQuerySet(models.QuerySet["BankItem"]):
    def in_bank(self) -> "BankItemQuerySet":
        """What every quiz of the course may use."""
        return self.filter(home="", archived_at=None)


class AppealQuerySet(models.QuerySet["Appeal"]):
    def visible_to(self, user: Any) -> "AppealQuerySet":
        """One's own, and those of the courses one teaches."""
        if not user.is_authenticated:
            return self.none()
        if user.is_admin:
            return self
        mine = Q(answer__attempt__enrollment__user_id=user.pk)
        return self.filter(mine | Q(answer__attempt__lesson__course__instructor_id=user.pk))

    def taught_by(self, user: Any) -> "AppealQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(answer__attempt__lesson__course__instructor_id=user.pk)


class HandoverQuerySet(models.QuerySet["Handover"]):
    def visible_to(self, user: Any) -> "HandoverQuerySet":
        """One's own; and as the tutor, once a lesson was booked for it."""
        if not user.is_authenticated:
            return self.none()
        asked = Q(tutor_id=user.pk, booking_id__isnull=False)
        return self.filter(Q(student_id=user.pk) | asked)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def visible_to(self, user: Any) -> "SubmissionQuerySet":
        """One's own, in any state."""
        return self.filter(enrollment__user_id=user.pk) if user.is_authenticated else self.none()

    def taught_by(self, user: Any) -> "SubmissionQuerySet":
        """What was handed in to those who teach it; what is still being written is not."""
        handed_in = self.exclude(state="draft")
        if getattr(user, "is_admin", False):
            return handed_in
        return handed_in.filter(lesson__course__instructor_id=user.pk)


def _member_of(user: Any, course: str) -> Q:
    """Learners with a place and whoever teaches."""
    places = apps.get_model("courses", "Enrollment")._default_manager
    mine = places.filter(
        course_id=OuterRef(course), user_id=user.pk, state__in=("active", "completed")
    )
    return Q(Exists(mine)) | Q((f"{course}__instructor_id", user.pk))


class ThreadQuerySet(models.QuerySet["Thread"]):
    def visible_to(self, user: Any) -> "ThreadQuerySet":
        """Those under the lessons of courses one learns or teaches."""
        if not user.is_authenticated:
            return self.none()
        shown = self.filter(deleted_at=None, hidden_at=None)
        if user.is_admin:
            return shown
        return shown.filter(_member_of(user, "lesson__course"))

    def matching(self, text: str) -> "ThreadQuerySet":
        plain = Func(Value(text), function="core_unaccent", output_field=models.CharField())
        return self.filter(search=SearchQuery(plain, search_type="websearch", config="simple"))


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, user: Any) -> "PostQuerySet":
        if not user.is_authenticated:
            return self.none()
        shown = self.filter(
            deleted_at=None, hidden_at=None, thread__deleted_at=None, thread__hidden_at=None
        )
        if user.is_admin:
            return shown
        return shown.filter(_member_of(user, "thread__lesson__course"))
