from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from courses.models.courses import Course
from courses.querysets import OwnedQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class CourseWish(models.Model):
    """A course somebody asks for. Those who teach see the words and how many asked, never who."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="course_wishes")
    words = models.CharField(max_length=80)
    # The words without case, accents and width: what makes two wishes the same.
    words_key = models.CharField(max_length=160, editable=False)
    level = models.CharField(max_length=12, blank=True)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    # The course that answered it.
    course = models.ForeignKey(Course, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "course wishes"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "words_key"], condition=Q(state="open"), name="wish_one_open"
            ),
            one_of("state", ["open", "answered", "closed"], "wish_state"),
            one_of("level", ["", "beginner", "intermediate", "advanced"], "wish_level"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="wish_decided",
            ),
        ]
        indexes = [
            models.Index(fields=["words_key"], condition=Q(state="open"), name="wish_open_words")
        ]

    def __str__(self) -> str:
        return self.words


class WishAnswer(models.Model):
    """An author's word that a course is what some asked for; told when it is published."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="wish_answers")
    words_key = models.CharField(max_length=160)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "words_key"], name="wish_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.course_id}: {self.words_key}"
