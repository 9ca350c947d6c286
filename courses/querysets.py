import re
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from courses.models import (  # noqa: F401  named in strings
        Attempt,
        AttemptAnswer,
        Course,
        CourseRating,
        Enrollment,
        Lesson,
    )


class CourseQuerySet(models.QuerySet["Course"]):
    def published(self) -> "CourseQuerySet":
        return self.filter(state="published")

    def visible_to(self, user: Any) -> "CourseQuerySet":
        """The published ones, one's own in any state, and what one has a place in even after it
        left the catalogue."""
        if getattr(user, "is_staff", False):
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
        if getattr(user, "is_staff", False):
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
        found = self.filter(found_by__words=words).annotate(rank=rank)
        for word in unwanted:
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
        if getattr(user, "is_staff", False):
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

    def open(self) -> "EnrollmentQuerySet":
        return self.filter(state__in=("active", "completed"))


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def visible_to(self, user: Any) -> "AttemptQuerySet":
        if not user.is_authenticated:
            return self.none()
        return self.filter(enrollment__user_id=user.pk)


class AttemptAnswerQuerySet(models.QuerySet["AttemptAnswer"]):
    def in_order(self) -> "AttemptAnswerQuerySet":
        return self.select_related("question").order_by("position")
