"""What apps and other tabs hear of what happened below, and whose right to listen to doubt then."""

from django.urls import reverse

from accounts.channels import USER
from booking.channels import SESSION
from booking.events import BookingCancelled
from courses.channels import COURSE
from courses.events import CoursePublished
from courses.models import Course
from payments.events import PaymentCaptured, PaymentRefunded, SubscriptionActivated
from realtime.services import channels
from tutorme.core.channels import PUBLIC, named
from tutorme.core.money import Money


def payment_completed(event: PaymentCaptured) -> None:
    said = {
        "order_id": event.order_id,
        "kind": event.kind,
        **Money(event.amount_minor, event.currency).as_json(),
    }
    channels.publish(named(USER, event.buyer_id), "payment-completed", said)


def subscription_activated(event: SubscriptionActivated) -> None:
    said = {"subscription_id": event.subscription_id, "plan": event.plan}
    channels.publish(named(USER, event.user_id), "subscription-activated", said)


def course_published(event: CoursePublished) -> None:
    """The first time everybody hears of it; afterwards those who are in it."""
    course = Course.objects.only("slug", "title", "version").get(pk=event.course_id)
    if course.version > 1:
        channels.publish(named(COURSE, course.pk), "course-updated", {"course_id": course.pk})
        return
    url = reverse("courses-course", args=[course.slug])
    said = {"course_id": course.pk, "title": course.title, "url": url}
    for name in sorted((PUBLIC, named(COURSE, course.pk))):
        channels.publish(name, "course-published", said)


def place_doubted(event: PaymentRefunded) -> None:
    if event.kind == "course":
        channels.reconsider(named(COURSE, event.target_id))


def lesson_doubted(event: BookingCancelled) -> None:
    channels.reconsider(named(SESSION, event.booking_id))
