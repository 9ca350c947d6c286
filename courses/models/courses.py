from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func, Value
from django.db.models.functions import Concat, Lower, Now

from courses.querysets import CourseQuerySet, LessonQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money
from tutorme.core.text import Unaccent

# English stems and plain words side by side: courses come in many languages, and a plain word
# always finds itself.
_SEARCH = " || ".join(
    f"setweight(to_tsvector('{config}', core_unaccent({column})), '{weight}')"
    for config in ("english", "simple")
    for column, weight in (
        ("title", "A"),
        ("category", "B"),
        ("summary", "B"),
        ("description", "D"),
    )
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
    category = models.CharField(max_length=60)
    difficulty = models.CharField(max_length=12, choices=Difficulty.choices)
    language = models.CharField(max_length=12, default="en")
    price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Rises with every publishing; an enrolment remembers which one it completed.
    version = models.PositiveIntegerField(default=0)
    # Counters kept with the rows they count; `recount_courses` proves them.
    enrollment_count = models.PositiveIntegerField(default=0)
    lesson_count = models.PositiveIntegerField(default=0)
    total_minutes = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    search = models.GeneratedField(
        expression=Func(template=_SEARCH, output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
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
        ]
        indexes = [
            GinIndex(fields=["search"], name="course_search"),
            GinIndex(
                OpClass(
                    Unaccent(
                        Lower(
                            Concat("title", Value(" "), "category", output_field=models.CharField())
                        )
                    ),
                    name="gin_trgm_ops",
                ),
                name="course_likeness",
            ),
            models.Index(
                fields=["-published_at", "-id"],
                condition=models.Q(state="published"),
                name="course_newest",
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


class Lesson(models.Model):
    class Kind(models.TextChoices):
        TEXT = "text"
        QUIZ = "quiz"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="lessons")
    section = models.ForeignKey(Section, models.CASCADE, related_name="lessons")
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    body = models.TextField(max_length=100_000, blank=True)
    minutes = models.PositiveSmallIntegerField(default=10)
    position = models.PositiveIntegerField()
    is_free_preview = models.BooleanField(default=False)
    is_required = models.BooleanField(default=True)
    is_published = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", ["text", "quiz"], "lesson_kind"),
            models.UniqueConstraint(fields=["course", "key"], name="lesson_key"),
            models.UniqueConstraint(
                fields=["course", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="lesson_position",
            ),
        ]

    def __str__(self) -> str:
        return self.title
