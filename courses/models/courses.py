from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Now

from courses.models.content import KINDS, LessonContent, LessonKind
from courses.querysets import CourseQuerySet, LessonQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

_COUNT = "(rated_1 + rated_2 + rated_3 + rated_4 + rated_5)"
_SUM = "(rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5)"
# In hundredths of the currency's unit, also where a currency has no smaller coin: 500 JPY is 50000.
_HUNDREDTHS = (
    "(CASE WHEN currency IN ('HUF', 'JPY', 'TWD') THEN price_minor * 100 ELSE price_minor END)"
)
# The order of the front page.
FRONT_PAGE = (
    models.F("featured_at").desc(nulls_last=True),
    models.F("published_at").desc(),
    models.F("id").desc(),
)
# Fewer ratings than this are shown as "New" and filter nothing.
RATINGS_TO_SHOW = 3


def _computed(sql: str, field: "models.Field[Any, Any]") -> models.GeneratedField:
    return models.GeneratedField(
        expression=Func(template=sql, output_field=field), output_field=field, db_persist=True
    )


class Course(models.Model):
    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        ARCHIVED = "archived"

    class Difficulty(models.TextChoices):
        BEGINNER = "beginner"
        INTERMEDIATE = "intermediate"
        ADVANCED = "advanced"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=120, unique=True)
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="courses_taught"
    )
    title = models.CharField(max_length=120)
    subtitle = models.CharField(max_length=200, blank=True)
    summary = models.CharField(max_length=500)
    description = models.TextField(max_length=20_000, blank=True)
    outcomes = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    category = models.CharField(max_length=60)
    difficulty = models.CharField(max_length=12, choices=Difficulty.choices)
    language = models.CharField(max_length=12, default="en")
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    # Part of a plan: an entitlement opens it without an order.
    is_premium = models.BooleanField(default=False)
    # The author's own estimate; `total_minutes` is what the lessons add up to.
    estimated_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    prerequisites = models.ManyToManyField(
        "self", through="CoursePrerequisite", symmetrical=False, related_name="leads_to"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Rises with every publishing; an enrolment remembers which one it completed.
    version = models.PositiveIntegerField(default=0)
    # The last one whose author said that it teaches something else.
    breaking_version = models.PositiveIntegerField(default=0)
    # Counters kept with the rows they count; `recount_courses` proves them.
    enrollment_count = models.PositiveIntegerField(default=0)
    lesson_count = models.PositiveIntegerField(default=0)
    total_minutes = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    # Stands before the others on the front page, the last one chosen first.
    featured_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    # How many visible ratings gave so many stars; everything else about ratings is computed.
    rated_1 = models.PositiveIntegerField(default=0)
    rated_2 = models.PositiveIntegerField(default=0)
    rated_3 = models.PositiveIntegerField(default=0)
    rated_4 = models.PositiveIntegerField(default=0)
    rated_5 = models.PositiveIntegerField(default=0)
    rating_count = _computed(_COUNT, models.IntegerField())
    rating_sum = _computed(_SUM, models.IntegerField())
    average_rating = _computed(
        f"(CASE WHEN {_COUNT} = 0 THEN 0 ELSE round({_SUM}::numeric / {_COUNT}, 2) END)",
        models.DecimalField(max_digits=3, decimal_places=2),
    )
    # Whole half stars of the average, 0 while it is not shown: what a filter compares.
    half_stars = _computed(
        f"(CASE WHEN {_COUNT} < {RATINGS_TO_SHOW} THEN 0 ELSE floor(2.0 * {_SUM} / {_COUNT}) END)",
        models.SmallIntegerField(),
    )
    # Millionths of a star after weighing in the site's mean (services/ratings.py).
    rating_rank = models.IntegerField(default=3_500_000)
    price_hundredths = _computed(_HUNDREDTHS, models.BigIntegerField())
    # 0 free, 1 under 10, 2 under 25, 3 under 50, 4 under 100, 5 above, in units of its currency.
    price_band = _computed(
        f"(CASE WHEN price_minor = 0 THEN 0 ELSE 1 + width_bucket({_HUNDREDTHS},"
        " ARRAY[1000, 2500, 5000, 10000]::bigint[]) END)",
        models.SmallIntegerField(),
    )

    objects = CourseQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["draft", "published", "archived"], "course_state"),
            one_of("difficulty", ["beginner", "intermediate", "advanced"], "course_difficulty"),
            currency_check("currency", "course_currency"),
            models.CheckConstraint(
                condition=models.Q(price_minor__gte=0, price_minor__lte=10**12),
                name="course_price",
            ),
            # So many of forty characters fit into the index below.
            models.CheckConstraint(condition=models.Q(tags__len__lte=10), name="course_tags"),
        ]
        indexes = [
            models.Index(
                *FRONT_PAGE, condition=models.Q(state="published"), name="course_front_page"
            ),
            *(
                models.Index(
                    fields=columns, condition=models.Q(state="published"), name=f"course_{name}"
                )
                for name, columns in (
                    ("newest", ["-published_at", "-id"]),
                    ("popular", ["-enrollment_count", "-id"]),
                    ("rated", ["-rating_rank", "-id"]),
                    ("priced", ["price_hundredths", "id"]),
                    ("titled", ["title", "id"]),
                )
            ),
            # What a search counts by, without the rows, which are wide (queries/facets.py).
            models.Index(
                fields=["id"],
                include=[
                    *("category", "difficulty", "language", "currency", "price_band"),
                    *("half_stars", "tags", "is_premium"),
                ],
                condition=models.Q(state="published"),
                name="course_facets",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def is_free(self) -> bool:
        return self.price_minor == 0


class Section(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="sections")
    title = models.CharField(max_length=120)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="section_position",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Lesson(LessonContent):
    """A published lesson. Its author's version is `LessonDraft` with the same id."""

    Kind = LessonKind

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="lessons")
    section = models.ForeignKey(Section, models.CASCADE, related_name="lessons")
    key = models.SlugField(max_length=80)
    position = models.PositiveIntegerField()
    is_published = models.BooleanField(default=True)
    prerequisites = models.ManyToManyField(
        "self", through="LessonPrerequisite", symmetrical=False, related_name="unlocks"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", KINDS, "lesson_kind"),
            models.UniqueConstraint(fields=["course", "key"], name="lesson_key"),
            models.UniqueConstraint(
                fields=["course", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="lesson_position",
            ),
            models.CheckConstraint(
                condition=models.Q(drip_days=None) | models.Q(drip_at=None), name="lesson_drip"
            ),
        ]


class LessonPrerequisite(models.Model):
    """`lesson` opens when `requires` is complete; without cycles, which publishing sees to."""

    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="required_rows")
    requires = models.ForeignKey(Lesson, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lesson", "requires"], name="lesson_prerequisite_once"),
            models.CheckConstraint(
                condition=~models.Q(lesson=models.F("requires")), name="lesson_prerequisite_other"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} after {self.requires_id}"


class CoursePrerequisite(models.Model):
    """`course` may be begun by who completed `requires`; without cycles over all courses."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="required_rows")
    requires = models.ForeignKey(Course, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "requires"], name="course_prerequisite_once"),
            models.CheckConstraint(
                condition=~models.Q(course=models.F("requires")), name="course_prerequisite_other"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} after {self.requires_id}"
