"""What a learner hears on the way from a place in a course to the certificate."""

import hashlib
from collections.abc import Callable

import pytest
from django.template.loader import get_template

from certificates.models import Certificate
from certificates.services import issuing, taking_back
from courses.events import AchievementAwarded, EnrollmentCompleted, EnrollmentCreated
from courses.models import Achievement, Course, Enrollment, UserAchievement
from courses.services import achievement_catalogue
from realtime import announcements
from realtime.models import MailDelivery, Notification
from realtime.services.mail import resend
from realtime.services.notifications import announce
from tutorme.core import outbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def enrollment(sam, tess) -> Enrollment:
    course = Course.objects.create(
        slug="algebra",
        instructor=tess,
        title="Algebra 100% <clear>",
        summary="Vectors first.",
        category="maths",
        difficulty=Course.Difficulty.BEGINNER,
        state=Course.State.PUBLISHED,
        version=1,
    )
    return Enrollment.objects.create(user=sam, course=course)


def told(user) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(user=user).order_by("seq")
    return [(announcements.words(row.kind, row.facts, "en").title, row.url) for row in rows]


def test_enrolment_completion_and_achievement_are_told_in_the_page(
    enrollment, sam, sandbox, drain
) -> None:
    ids = (enrollment.pk, sam.pk, enrollment.course_id)
    achievement_catalogue.load()
    first = Achievement.objects.get(slug="first-course")
    award = UserAchievement.objects.create(user=sam, achievement=first, points=1)
    announce(EnrollmentCreated(*ids))
    announce(AchievementAwarded(award.pk, sam.pk, "first-course"))
    announce(EnrollmentCompleted(*ids, version=1))
    announce(EnrollmentCompleted(*ids, version=1))
    assert told(sam) == [
        ("You are enrolled in Algebra 100% <clear>", "/learn/algebra/"),
        ("Achievement: First course completed", "/achievements/"),
        ("You completed Algebra 100% <clear>", "/learn/algebra/"),
    ]
    assert not MailDelivery.objects.exists()


@pytest.fixture
def finished(enrollment: Enrollment) -> Enrollment:
    Enrollment.objects.filter(pk=enrollment.pk).update(
        state="completed", percent=100, completed_at="2026-11-20T23:30Z", completed_version=1
    )
    enrollment.refresh_from_db()
    return enrollment


def test_the_certificate_comes_by_mail_with_its_pdf_once(
    finished, sam, media, sandbox, drain: Callable[[], None]
) -> None:
    outbox.record(
        EnrollmentCompleted(finished.pk, sam.pk, finished.course_id, 1), key=f"done:{finished.pk}"
    )
    drain()
    drain()
    certificate = Certificate.objects.get()
    mails = [mail for mail in sandbox.mails(sam.email) if mail["attachments"]]
    (mail,) = mails
    (pdf,) = mail["attachments"]
    assert mail["subject"] == "Your certificate for Algebra 100% <clear>"
    assert (pdf["name"], pdf["type"]) == (certificate.file_name, "application/pdf")
    assert pdf["sha256"] == certificate.pdf_sha256
    assert certificate.verify_url in mail["text"]
    assert certificate.verify_url in mail["html"]
    assert "<clear>" not in mail["html"]
    stored = media / certificate.storage_key
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == pdf["sha256"]


def test_a_certificate_revoked_before_its_mail_is_not_sent(
    finished, sam, ada, media, sandbox, settings, drain
) -> None:
    settings.EMAIL_HOST = ""
    issuing.issue(finished.pk)
    drain()
    mail = MailDelivery.objects.get(kind="certificate-issued")
    assert mail.state == MailDelivery.State.FAILED
    taking_back.revoke(certificate=Certificate.objects.get(), actor_id=ada.pk, reason="a mistake")
    settings.EMAIL_HOST = "127.0.0.1"
    resend(row=mail, actor_id=ada.pk)
    drain()
    mail.refresh_from_db()
    assert mail.state == MailDelivery.State.FAILED
    assert mail.last_error.startswith("certificate-revoked")
    assert sandbox.mails() == []


def test_every_announcement_has_its_words_and_templates() -> None:
    for each in announcements.all_announcements():
        assert str(each.title)
        assert str(each.body)
        if each.mail:
            assert each.action
            for kind in ("txt", "html"):
                get_template(f"email/realtime/{each.mail}.{kind}")
    assert {each.event.name for each in announcements.all_announcements()} <= {
        subscription.event.name
        for subscription in outbox.subscriptions()
        if subscription.name.startswith("realtime.handlers.")
    }
