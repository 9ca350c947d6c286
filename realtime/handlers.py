"""What is announced of is listened for: one handler an event, made from the announcements. To tell
people of something more, declare it in an `…_announcements` module and name that module here."""

from collections.abc import Callable

from ai.avoided import says_who_is_avoided
from booking.events import BookingCancelled
from courses.events import CoursePublished
from payments.events import PaymentCaptured, PaymentRefunded, SubscriptionActivated
from realtime import (  # declared by being read
    ai_announcements,  # noqa: F401
    approval_announcements,  # noqa: F401
    assessment_announcements,  # noqa: F401
    booking_announcements,  # noqa: F401
    broadcasts,
    calendar_announcements,  # noqa: F401
    certificate_announcements,  # noqa: F401
    course_announcements,  # noqa: F401
    digest_announcements,  # noqa: F401
    message_announcements,  # noqa: F401
    money_announcements,  # noqa: F401
    people_announcements,  # noqa: F401
    report_announcements,  # noqa: F401
    review_announcements,  # noqa: F401
    room_announcements,  # noqa: F401
    security_announcements,  # noqa: F401
    subscription_announcements,  # noqa: F401
    webhook_announcements,  # noqa: F401
)
from realtime.announcements import all_announcements
from realtime.gateways import sendgrid
from realtime.queries import conversations
from realtime.services import bounces, pusher_news
from realtime.services.notifications import announce
from tutorme.core import inbox, outbox
from tutorme.core.events import Event

inbox.processes(pusher_news.PROVIDER)(pusher_news.apply)
inbox.processes(sendgrid.NAME)(bounces.apply)
says_who_is_avoided(conversations.apart_from)


def _teller(event: type[Event]) -> Callable[[Event], None]:
    """Named after the event: deliveries keep the name of who owes them."""

    def tell(happened: Event) -> None:
        announce(happened)

    tell.__qualname__ = f"tell:{event.name}"
    return tell


for _event in sorted({row.event for row in all_announcements()}, key=lambda event: event.name):
    outbox.handles(_event)(_teller(_event))


# What is said on channels ----------------------------------------------------------------------


@outbox.handles(PaymentCaptured)
def say_payment_completed(event: PaymentCaptured) -> None:
    broadcasts.payment_completed(event)


@outbox.handles(SubscriptionActivated)
def say_subscription_activated(event: SubscriptionActivated) -> None:
    broadcasts.subscription_activated(event)


@outbox.handles(CoursePublished)
def say_course_published(event: CoursePublished) -> None:
    broadcasts.course_published(event)


@outbox.handles(PaymentRefunded)
def doubt_the_place(event: PaymentRefunded) -> None:
    broadcasts.place_doubted(event)


@outbox.handles(BookingCancelled)
def doubt_the_lesson(event: BookingCancelled) -> None:
    broadcasts.lesson_doubted(event)
