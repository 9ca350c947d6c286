from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func
from django.db.models.functions import Now

from courses.models.courses import Lesson
from courses.querysets import PostQuerySet, ThreadQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7

_SEARCH = (
    "setweight(to_tsvector('simple', core_unaccent(title)), 'A') || "
    "setweight(to_tsvector('simple', core_unaccent(body)), 'B')"
)


class Thread(models.Model):
    """A question under a lesson. Learners and the tutor of the course read it, nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="threads", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="threads"
    )
    title = models.CharField(max_length=150)
    body = models.TextField(max_length=5000)
    accepted = models.ForeignKey(
        "Post", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Counters kept with the rows they count.
    answer_count = models.PositiveIntegerField(default=0)
    vote_count = models.PositiveIntegerField(default=0)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    # By a moderator, with their reason in the audit.
    hidden_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    search = models.GeneratedField(
        expression=Func(template=_SEARCH, output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lesson", "-created_at", "-id"], name="thread_newest"),
            GinIndex(fields=["search"], name="thread_search"),
        ]

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """An answer. `by_tutor` is whether its author taught the course when it was written."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="posts", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="posts"
    )
    body = models.TextField(max_length=5000)
    by_tutor = models.BooleanField(default=False)
    vote_count = models.PositiveIntegerField(default=0)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["thread", "created_at", "id"], name="post_oldest")]

    def __str__(self) -> str:
        return self.body[:60]


def _one_target() -> models.Q:
    return models.Q(thread__isnull=False, post=None) | models.Q(thread=None, post__isnull=False)


class Vote(models.Model):
    """One person's “this helps”, on a question or an answer."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="votes")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="votes")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_target(), name="vote_target"),
            models.UniqueConstraint(
                fields=["user", "thread"],
                condition=models.Q(thread__isnull=False),
                name="vote_thread_once",
            ),
            models.UniqueConstraint(
                fields=["user", "post"],
                condition=models.Q(post__isnull=False),
                name="vote_post_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class ThreadFollow(models.Model):
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="follows")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "thread"], name="thread_follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.thread_id}"


class PostReport(models.Model):
    """Somebody says that a question or an answer does not belong here."""

    class Reason(models.TextChoices):
        SPAM = "spam"
        RUDE = "rude"
        GIVES_AWAY = "gives-away"
        PERSONAL = "personal"
        OTHER = "other"

    class State(models.TextChoices):
        OPEN = "open"
        HIDDEN = "hidden"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    thread = models.ForeignKey(Thread, models.CASCADE, null=True, related_name="reports")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="reports")
    reason = models.CharField(max_length=10, choices=Reason.choices)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_one_target(), name="post_report_target"),
            one_of(
                "reason", ["spam", "rude", "gives-away", "personal", "other"], "post_report_reason"
            ),
            one_of("state", ["open", "hidden", "dismissed"], "post_report_state"),
            models.UniqueConstraint(
                fields=["reporter", "thread"],
                condition=models.Q(thread__isnull=False, state="open"),
                name="post_report_thread_once",
            ),
            models.UniqueConstraint(
                fields=["reporter", "post"],
                condition=models.Q(post__isnull=False, state="open"),
                name="post_report_post_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.state})"
