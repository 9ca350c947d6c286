"""What do we tell people? This file answers, with the `…_announcements` beside it; no other.

Each announcement says which event it follows, who is told, the words in the page (the title is
also the mail's subject), the mail's template and what is attached. Facts are kept with the rows;
words are made from them in the reader's language. A fact `{"minor", "currency"}` is read as money,
`{"on"}` as a date, `{"at", "zone"}` as a moment on that zone's clock.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.events import RegistrationRepeated, UserRegistered
from certificates.errors import CertificateRevoked
from certificates.events import CertificateIssued
from certificates.models import Certificate
from courses.events import (
    AchievementAwarded,
    AchievementBackfilled,
    EnrollmentCompleted,
    EnrollmentCreated,
    LearnerNudged,
)
from courses.models import Achievement, Course, Nudge
from courses.queries.motivation import is_calm
from payments.events import PaymentCaptured, PaymentRefunded
from payments.models import Order
from tutorme.core.events import Event
from tutorme.core.files.blobs import path_of
from tutorme.core.ids import uuid7
from tutorme.core.jobs import RetryJob
from tutorme.core.money import Money

TextLike = str | Promise
Facts = dict[str, Any]


@dataclass(frozen=True)
class Addressee:
    """Where a mail goes that is not for the account's own address."""

    address: str
    name: str
    locale: str


@dataclass(frozen=True)
class Told:
    """One person told once: `key` is the same however often the event is repeated. Somebody
    without an account (yet) is told by mail alone, at `to`."""

    user_id: UUID | None
    key: str
    facts: Facts
    url: str = ""
    to: Addressee | None = None


@dataclass(frozen=True)
class Attachment:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Announcement:
    kind: str
    event: type[Event]
    who: Callable[[Any], Iterable[Told]]
    title: TextLike
    body: TextLike
    in_page: bool = True
    # A pair templates/email/realtime/<mail>.txt and .html; empty sends no mail.
    mail: str = ""
    action: TextLike = ""
    attachments: Callable[[Facts], list[Attachment]] | None = None
    # What nobody can turn off, gather or delay: the account's security, and papers about money.
    is_essential: bool = False
    # Facts that are words themselves, found in the reader's language when it is read.
    read_as: Callable[[Facts], Facts] | None = None


@dataclass(frozen=True)
class Words:
    title: str
    body: str
    action: str


_by_kind: dict[str, Announcement] = {}


def declare(announcement: Announcement) -> None:
    _by_kind[announcement.kind] = announcement


def following(event: Event) -> list[Announcement]:
    return [each for each in _by_kind.values() if each.event.name == event.name]


def named(kind: str) -> Announcement:
    return _by_kind[kind]


def all_announcements() -> list[Announcement]:
    return list(_by_kind.values())


def words(kind: str, facts: Facts, locale: str) -> Words:
    """What the announcement says to a reader of that language. A kind that was retired since
    the row was written has no words any more."""
    announcement = _by_kind.get(kind)
    if announcement is None:
        return Words("", "", "")
    with translation.override(locale):
        spoken = spoken_facts(announcement, facts, locale)
        return Words(
            _one_line(str(announcement.title) % spoken),
            str(announcement.body) % spoken,
            str(announcement.action),
        )


def spoken_facts(announcement: Announcement, facts: Facts, locale: str) -> Facts:
    """The facts as the reader hears them. One that a later release began to speak of is missing
    from rows that are older: they are read with a gap, and the others with them."""
    read = announcement.read_as(facts) if announcement.read_as else facts
    return defaultdict(lambda: "…", {name: said(value, locale) for name, value in read.items()})


def said(value: Any, locale: str) -> Any:
    """A fact as a reader of that language hears it."""
    if isinstance(value, dict) and set(value) == {"minor", "currency"}:
        return Money(value["minor"], value["currency"]).localized(locale)
    if isinstance(value, dict) and set(value) == {"at", "zone"}:
        at = datetime.fromisoformat(value["at"]).astimezone(ZoneInfo(value["zone"]))
        return f"{date_format(at, 'D j M, H:i')} ({at:%Z})"
    if isinstance(value, dict) and set(value) == {"on"}:
        return date_format(datetime.fromisoformat(value["on"]))
    return value


def _one_line(text: str) -> str:
    return " ".join(text.split())


# Accounts --------------------------------------------------------------------------------------


def _newcomer(event: UserRegistered) -> list[Told]:
    return [Told(event.user_id, f"welcome:{event.user_id}", {}, reverse("settings-profile"))]


declare(
    Announcement(
        kind="welcome",
        event=UserRegistered,
        who=_newcomer,
        title=_("Welcome to TutorMe"),
        body=_("Your account is ready. Set your time zone, so that every hour you see is yours."),
        mail="welcome",
        action=_("Open your profile"),
    )
)


def _owner_of_address(event: RegistrationRepeated) -> list[Told]:
    """At most one mail an hour, so that nobody's letter box is filled through our form."""
    hour = timezone.now().strftime("%Y-%m-%dT%H")
    key = f"registration-repeated:{event.user_id}:{hour}"
    return [Told(event.user_id, key, {}, reverse("account_login"))]


declare(
    Announcement(
        kind="registration-repeated",
        event=RegistrationRepeated,
        who=_owner_of_address,
        title=_("You already have an account"),
        body=_(
            "Somebody tried to sign up with your address. If it was you, log in instead. "
            "If it was not, you need do nothing: they have learned nothing."
        ),
        in_page=False,
        is_essential=True,
        mail="registration_repeated",
        action=_("Log in"),
    )
)


# Payments --------------------------------------------------------------------------------------


def _payer(event: PaymentCaptured) -> list[Told]:
    """Nobody gets a receipt over nothing: a free place is told by its enrolment."""
    if not event.amount_minor:
        return []
    key = f"payment-received:{event.order_id}"
    return [Told(event.buyer_id, key, _payment_facts(event), _order_url(event.order_id))]


def _refunded(event: PaymentRefunded) -> list[Told]:
    """Parts of one payment may come back in equal amounts; each is told."""
    which = event.refund_id or ("all" if event.full else uuid7())
    key = f"payment-refunded:{event.order_id}:{which}"
    return [Told(event.buyer_id, key, _payment_facts(event), _order_url(event.order_id))]


def _payment_facts(event: PaymentCaptured | PaymentRefunded) -> Facts:
    order = Order.objects.only("description").get(pk=event.order_id)
    return {
        "what": order.description,
        "amount": {"minor": event.amount_minor, "currency": event.currency},
        "order": str(event.order_id),
        "papers": settings.PUBLIC_BASE_URL + reverse("payments-receipt", args=[event.order_id]),
    }


def _order_url(order_id: UUID) -> str:
    return reverse("payments-order", args=[order_id])


declare(
    Announcement(
        kind="payment-received",
        event=PaymentCaptured,
        who=_payer,
        title=_("Payment received: %(amount)s"),
        body=_("You paid %(amount)s for %(what)s."),
        is_essential=True,
        mail="receipt",
        action=_("See the order"),
    )
)
declare(
    Announcement(
        kind="payment-refunded",
        event=PaymentRefunded,
        who=_refunded,
        title=_("Refund on its way: %(amount)s"),
        body=_("%(amount)s for %(what)s goes back the way it was paid."),
        is_essential=True,
        mail="refund",
        action=_("See the order"),
    )
)


# Courses ---------------------------------------------------------------------------------------


def _enrolled(event: EnrollmentCreated) -> list[Told]:
    return [_about_course(f"enrolled:{event.enrollment_id}", event)]


def _completed(event: EnrollmentCompleted) -> list[Told]:
    return [_about_course(f"completed:{event.enrollment_id}", event)]


def _about_course(key: str, event: EnrollmentCreated | EnrollmentCompleted) -> Told:
    course = Course.objects.only("slug", "title").get(pk=event.course_id)
    url = reverse("courses-learn-course", args=[course.slug])
    return Told(event.user_id, key, {"course": course.title}, url)


def _achiever(event: AchievementAwarded) -> list[Told]:
    """Whoever wants calm finds it on no page and hears nothing of it."""
    if is_calm(event.user_id):
        return []
    key = f"achievement:{event.user_achievement_id}"
    return [Told(event.user_id, key, {"achievement": event.achievement}, reverse("achievements"))]


def _achievement_label(facts: Facts) -> Facts:
    title = Achievement.objects.filter(slug=facts["achievement"]).values_list("title", flat=True)
    return {**facts, "achievement": _(title.first() or facts["achievement"])}


def _activator(event: AchievementBackfilled) -> list[Told]:
    if event.actor_id is None:
        return []
    row = Achievement.objects.get(pk=event.achievement_id)
    key = f"achievement-backfilled:{row.pk}:{row.activated_at}"
    facts = {"achievement": row.slug, "people": event.people}
    return [Told(event.actor_id, key, facts, reverse("achievements"))]


def _nudged(event: LearnerNudged) -> list[Told]:
    row = Nudge.objects.select_related("enrollment__course__instructor").get(pk=event.nudge_id)
    course = row.enrollment.course
    facts = {"course": course.title, "teacher": course.instructor.display_name}
    url = reverse("courses-learn-course", args=[course.slug])
    return [Told(event.user_id, f"nudge:{row.pk}", facts, url)]


declare(
    Announcement(
        kind="enrolled",
        event=EnrollmentCreated,
        who=_enrolled,
        title=_("You are enrolled in %(course)s"),
        body=_("Every lesson is open. Start whenever you like; your place is kept."),
    )
)
declare(
    Announcement(
        kind="course-completed",
        event=EnrollmentCompleted,
        who=_completed,
        title=_("You completed %(course)s"),
        body=_("Your certificate is being printed. It comes here and by mail."),
    )
)
declare(
    Announcement(
        kind="achievement",
        event=AchievementAwarded,
        who=_achiever,
        title=_("Achievement: %(achievement)s"),
        body=_("It counts towards your points."),
        read_as=_achievement_label,
    )
)
declare(
    Announcement(
        kind="achievement-backfilled",
        event=AchievementBackfilled,
        who=_activator,
        title=_("%(achievement)s is active"),
        body=_("People who had reached it already and have it now: %(people)s."),
        read_as=_achievement_label,
    )
)
declare(
    Announcement(
        kind="nudge",
        event=LearnerNudged,
        who=_nudged,
        title=_("%(teacher)s is thinking of you"),
        body=_("%(course)s is open where you left it. A few minutes are enough to go on."),
    )
)


# Certificates ----------------------------------------------------------------------------------


def _certified(event: CertificateIssued) -> list[Told]:
    if event.user_id is None:  # sent by a delivery of its own
        return []
    certificate = Certificate.objects.get(pk=event.certificate_id)
    facts = {
        "course": event.course_title,
        "certificate": str(certificate.pk),
        "serial": certificate.serial,
        "verify_url": certificate.verify_url,
    }
    key = f"certificate-issued:{certificate.pk}"
    return [Told(event.user_id, key, facts, reverse("my-certificates"))]


def _certificate_pdf(facts: Facts) -> list[Attachment]:
    """Read when the mail is sent: what was revoked meanwhile is not sent any more."""
    certificate = Certificate.objects.get(pk=facts["certificate"])
    if certificate.state != Certificate.State.ISSUED:
        raise CertificateRevoked
    try:
        pdf = path_of(certificate.storage_key).read_bytes()
    except FileNotFoundError as error:
        raise RetryJob("the certificate's file is missing: print it again in the admin") from error
    return [Attachment(certificate.file_name, "application/pdf", pdf)]


declare(
    Announcement(
        kind="certificate-issued",
        event=CertificateIssued,
        who=_certified,
        title=_("Your certificate for %(course)s"),
        body=_("It is issued under the serial %(serial)s. Anybody can check it."),
        mail="certificate",
        action=_("See my certificates"),
        attachments=_certificate_pdf,
    )
)
