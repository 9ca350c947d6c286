"""What is said on channels, by the names the source documents gave it. What only one app says
(signals between two browsers) that app declares beside its own channel."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.channels import LiveEvent

CONVERSATION = "private-conversation-"

# People, on their own channel, and where those look who may see whether they are there ----------


@dataclass(frozen=True)
class UserOnline(LiveEvent):
    name: ClassVar[str] = "user-online"
    user_id: UUID


@dataclass(frozen=True)
class UserOffline(LiveEvent):
    name: ClassVar[str] = "user-offline"
    user_id: UUID


@dataclass(frozen=True)
class UserUpdated(LiveEvent):
    """The profile changed: other tabs and apps read it again."""

    name: ClassVar[str] = "user-updated"
    user_id: UUID


# Sessions, on `private-session-<id>` ------------------------------------------------------------


@dataclass(frozen=True)
class SessionStarted(LiveEvent):
    name: ClassVar[str] = "session-started"
    session_id: UUID
    at: datetime


@dataclass(frozen=True)
class SessionEnded(LiveEvent):
    name: ClassVar[str] = "session-ended"
    session_id: UUID
    at: datetime


@dataclass(frozen=True)
class ParticipantJoined(LiveEvent):
    name: ClassVar[str] = "participant-joined"
    session_id: UUID
    user_id: UUID
    display_name: str


@dataclass(frozen=True)
class ParticipantLeft(LiveEvent):
    name: ClassVar[str] = "participant-left"
    session_id: UUID
    user_id: UUID


# Notifications, on the person's own channel -----------------------------------------------------


@dataclass(frozen=True)
class NotificationNew(LiveEvent):
    """Kept as the id alone; who reads it hears the words in their own language, see
    `queries.channels`."""

    name: ClassVar[str] = "notification-new"
    id: UUID


@dataclass(frozen=True)
class NotificationRead(LiveEvent):
    """`ids` were read just now, in another tab or app; empty: all of them."""

    name: ClassVar[str] = "notification-read"
    ids: list[str]
    unread: int


# Courses, on `private-course-<id>`; what everybody may know, on `notifications` too ------------


@dataclass(frozen=True)
class CourseCreated(LiveEvent):
    name: ClassVar[str] = "course-created"
    course_id: UUID


@dataclass(frozen=True)
class CourseUpdated(LiveEvent):
    name: ClassVar[str] = "course-updated"
    course_id: UUID


@dataclass(frozen=True)
class CoursePublished(LiveEvent):
    name: ClassVar[str] = "course-published"
    course_id: UUID
    title: str
    url: str


# Money, on the payer's own channel --------------------------------------------------------------


@dataclass(frozen=True)
class PaymentCompleted(LiveEvent):
    name: ClassVar[str] = "payment-completed"
    order_id: UUID
    kind: str
    amount: str
    currency: str


@dataclass(frozen=True)
class SubscriptionActivated(LiveEvent):
    name: ClassVar[str] = "subscription-activated"
    subscription_id: UUID
    plan: str


# Conversations, on `private-conversation-<id>` --------------------------------------------------


@dataclass(frozen=True)
class MessageNew(LiveEvent):
    """`seq` is the message's own number in the conversation."""

    name: ClassVar[str] = "message-new"
    conversation_id: UUID
    message_id: UUID
    author_id: UUID
    seq: int


@dataclass(frozen=True)
class MessageRead(LiveEvent):
    """Somebody has read up to `seq`."""

    name: ClassVar[str] = "message-read"
    conversation_id: UUID
    user_id: UUID
    seq: int


@dataclass(frozen=True)
class MessageRemoved(LiveEvent):
    name: ClassVar[str] = "message-removed"
    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True)
class Typing(LiveEvent):
    name: ClassVar[str] = "typing"
    spoken: ClassVar[bool] = True
