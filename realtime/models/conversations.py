from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realtime.querysets import ConversationQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Conversation(models.Model):
    """Two people who write to each other; one for each two.

    open where they have a lesson or a course together. Else a student asks (requested) with one
    message, and the tutor opens it or says no: requested → open | declined; declined → open when
    a lesson or a course is agreed.
    """

    class State(models.TextChoices):
        OPEN = "open"
        REQUESTED = "requested"
        DECLINED = "declined"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The two ids, the smaller first: what makes them one.
    pair = models.CharField(max_length=73, unique=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    last_seq = models.PositiveIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [one_of("state", ["open", "requested", "declined"], "conversation_state")]
        indexes = [models.Index(fields=["-last_message_at"], name="conversation_newest")]

    def __str__(self) -> str:
        return str(self.pk)


class Participant(models.Model):
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="participants", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="conversations")
    # Up to which message they have read.
    read_seq = models.PositiveIntegerField(default=0)
    # Up to which they were told by notification that something waits.
    told_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="participant_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class Message(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="messages", db_index=False
    )
    # 1, 2, 3 … within the conversation.
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    body = models.CharField(max_length=5000, blank=True)
    # Removed by moderation: its words are kept for the record and shown to nobody else.
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once")
        ]
        indexes = [models.Index(fields=["author"], name="message_of_author")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"


class MessageFile(models.Model):
    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    file = models.OneToOneField("core.StoredFile", models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.file_id} in {self.message_id}"


class MessageReport(models.Model):
    """Somebody says that a message should not have been written. Only then the staff read it."""

    class State(models.TextChoices):
        OPEN = "open"
        UPHELD = "upheld"
        DISMISSED = "dismissed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="reports", db_index=False)
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["open", "upheld", "dismissed"], "message_report_state"),
            models.UniqueConstraint(fields=["message", "reporter"], name="message_report_once"),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="message_report_waiting")]

    def __str__(self) -> str:
        return f"report of {self.message_id} ({self.state})"


class Block(models.Model):
    """Whoever blocks hears no more of somebody, and writes them no more either."""

    blocker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    blocked = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_once"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="block_not_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} blocks {self.blocked_id}"
