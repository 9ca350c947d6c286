"""Which events people hear about. What they are told stands in announcements.py."""

from accounts.events import (
    CodeRequested,
    DataExported,
    DeletionCancelled,
    DeletionDue,
    DeletionRequested,
    RegistrationRepeated,
    SecurityChanged,
    TutorReviewed,
    TutorSubmitted,
    UserInvited,
    UserRegistered,
)
from certificates.events import CertificateIssued
from courses.events import (
    AchievementAwarded,
    AchievementBackfilled,
    EnrollmentCompleted,
    EnrollmentCreated,
    LearnerNudged,
)
from payments.events import PaymentCaptured, PaymentRefunded
from realtime import (  # noqa: F401  declared by being read
    people_announcements,
    security_announcements,
)
from realtime.services.notifications import announce
from tutorme.core import outbox


@outbox.handles(UserRegistered)
def tell_registered(event: UserRegistered) -> None:
    announce(event)


@outbox.handles(RegistrationRepeated)
def tell_registration_repeated(event: RegistrationRepeated) -> None:
    announce(event)


@outbox.handles(CodeRequested)
def send_code(event: CodeRequested) -> None:
    announce(event)


@outbox.handles(SecurityChanged)
def tell_security_changed(event: SecurityChanged) -> None:
    announce(event)


@outbox.handles(TutorSubmitted)
def tell_tutor_submitted(event: TutorSubmitted) -> None:
    announce(event)


@outbox.handles(TutorReviewed)
def tell_tutor_reviewed(event: TutorReviewed) -> None:
    announce(event)


@outbox.handles(DataExported)
def tell_data_exported(event: DataExported) -> None:
    announce(event)


@outbox.handles(DeletionRequested)
def tell_deletion_requested(event: DeletionRequested) -> None:
    announce(event)


@outbox.handles(DeletionCancelled)
def tell_deletion_cancelled(event: DeletionCancelled) -> None:
    announce(event)


@outbox.handles(DeletionDue)
def tell_deletion_due(event: DeletionDue) -> None:
    announce(event)


@outbox.handles(UserInvited)
def tell_invited(event: UserInvited) -> None:
    announce(event)


@outbox.handles(PaymentCaptured)
def tell_payment_captured(event: PaymentCaptured) -> None:
    announce(event)


@outbox.handles(PaymentRefunded)
def tell_payment_refunded(event: PaymentRefunded) -> None:
    announce(event)


@outbox.handles(EnrollmentCreated)
def tell_enrolled(event: EnrollmentCreated) -> None:
    announce(event)


@outbox.handles(EnrollmentCompleted)
def tell_completed(event: EnrollmentCompleted) -> None:
    announce(event)


@outbox.handles(AchievementAwarded)
def tell_achievement(event: AchievementAwarded) -> None:
    announce(event)


@outbox.handles(AchievementBackfilled)
def tell_achievement_backfilled(event: AchievementBackfilled) -> None:
    announce(event)


@outbox.handles(LearnerNudged)
def tell_nudged(event: LearnerNudged) -> None:
    announce(event)


@outbox.handles(CertificateIssued)
def tell_certificate_issued(event: CertificateIssued) -> None:
    announce(event)
