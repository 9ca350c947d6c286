from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Course, Lesson
from courses.querysets import OwnedQuerySet
from tutorme.core.ids import uuid7


class LessonNote(models.Model):
    """What a learner wrote beside a lesson, for nobody else. `at_s` is the second of a video it
    belongs to."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_notes", db_index=False
    )
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="notes")
    body = models.TextField(max_length=10_000)
    at_s = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "lesson"], name="lesson_note_own")]

    def __str__(self) -> str:
        return self.body[:60]


class LessonBookmark(models.Model):
    """A place to come back to; the same place is marked once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_bookmarks", db_index=False
    )
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="bookmarks")
    at_s = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lesson", "at_s"], name="bookmark_once")
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} at {self.at_s}"


class Favorite(models.Model):
    """A course somebody keeps in mind."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="favorites", db_index=False
    )
    course = models.ForeignKey(Course, models.CASCADE, related_name="favorites")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "course"], name="favorite_once")]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="favorite_new")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.course_id}"
