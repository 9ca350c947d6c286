from typing import TYPE_CHECKING, Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat, Greatest, Lower

from tutorme.core.text import Unaccent

if TYPE_CHECKING:
    from courses.models import (  # noqa: F401  named in strings
        Appeal,
        Attempt,
        AttemptAnswer,
        BankItem,
        Course,
        Enrollment,
        Lesson,
    )

# "pyhton" is 0.286 like "python", two letters of six changed round. Of several words more must
# agree: below this titles only share some letters with what was typed.
_SIMILAR_WORD, _SIMILAR = 0.28, 0.35


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

    def matching(self, text: str) -> "CourseQuerySet":
        """By words, stemmed and weighted (title over summary over description); where no word
        matches, by likeness of letters, so that a slip of the finger still finds. `rank` is
        annotated."""
        plain = Unaccent(Value(text, output_field=models.CharField()))
        words = SearchQuery(plain, search_type="websearch", config="english") | SearchQuery(
            plain, search_type="websearch", config="simple"
        )
        found = self.filter(search=words).annotate(rank=SearchRank(F("search"), words))
        return found if found.exists() else self._resembling(text)

    def _resembling(self, text: str) -> "CourseQuerySet":
        least = _SIMILAR if len(text.split()) > 1 else _SIMILAR_WORD
        typed = Unaccent(Lower(Value(text, output_field=models.CharField())))
        titles = Unaccent(
            Lower(Concat("title", Value(" "), "category", output_field=models.CharField()))
        )
        likeness = TrigramWordSimilarity(typed, titles)  # type: ignore[arg-type]
        return self.annotate(rank=Greatest(likeness, Value(0.0))).filter(rank__gte=least)


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

    def taught_by(self, user: Any) -> "AttemptQuerySet":
        """Of the courses one teaches; of all of them for who runs the site."""
        if getattr(user, "is_staff", False):
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
        if user.is_staff:
            return self
        mine = Q(answer__attempt__enrollment__user_id=user.pk)
        return self.filter(mine | Q(answer__attempt__lesson__course__instructor_id=user.pk))

    def taught_by(self, user: Any) -> "AppealQuerySet":
        if getattr(user, "is_staff", False):
            return self
        return self.filter(answer__attempt__lesson__course__instructor_id=user.pk)
