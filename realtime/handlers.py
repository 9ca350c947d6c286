"""Which events people hear about. What they are told stands in announcements.py and the files
beside it, which register as they are imported."""

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
from ai.events import DraftReady, DraftStopped
from booking.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingDisputed,
    BookingMissed,
    BookingMoved,
    BookingReminded,
    BookingRequested,
    BookingResolved,
    CalendarBroken,
    MoveDeclined,
    MoveProposed,
    TutorReviewAnswered,
    TutorReviewWritten,
    WaitlistOffered,
)
from certificates.events import CertificateIssued
from courses.events import (
    AchievementAwarded,
    AchievementBackfilled,
    AppealDecided,
    AppealOpened,
    AttemptGraded,
    AttemptRegraded,
    AttemptSubmitted,
    CourseReviewed,
    CourseSubmitted,
    EnrollmentCompleted,
    EnrollmentCreated,
    HandoverAnswered,
    LearnerNudged,
    RenewalDue,
    SubmissionMade,
    SubmissionMarked,
    ThreadAnswered,
    ThreadOpened,
)
from payments.events import (
    CreditEnding,
    PackageEnding,
    PaymentCaptured,
    PaymentRefunded,
    PayoutAddressChanged,
    PayoutFailed,
    PayoutPaid,
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionPaid,
    SubscriptionPaymentFailed,
    SubscriptionRefunded,
    SubscriptionSuspended,
)
from realtime import (  # declared by being read
    ai_announcements,  # noqa: F401
    assessment_announcements,  # noqa: F401
    booking_announcements,  # noqa: F401
    calendar_announcements,  # noqa: F401
    course_announcements,  # noqa: F401
    money_announcements,  # noqa: F401
    people_announcements,  # noqa: F401
    room_announcements,  # noqa: F401
    security_announcements,  # noqa: F401
    subscription_announcements,  # noqa: F401
)
from realtime.services.notifications import announce
from tutorme.core import outbox
from video.events import RoomOpened, RoomStarted


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


@outbox.handles(SubscriptionActivated)
def tell_subscription_activated(event: SubscriptionActivated) -> None:
    announce(event)


@outbox.handles(SubscriptionPaid)
def tell_subscription_paid(event: SubscriptionPaid) -> None:
    announce(event)


@outbox.handles(SubscriptionRefunded)
def tell_subscription_refunded(event: SubscriptionRefunded) -> None:
    announce(event)


@outbox.handles(SubscriptionPaymentFailed)
def tell_subscription_payment_failed(event: SubscriptionPaymentFailed) -> None:
    announce(event)


@outbox.handles(SubscriptionSuspended)
def tell_subscription_suspended(event: SubscriptionSuspended) -> None:
    announce(event)


@outbox.handles(SubscriptionCancelled)
def tell_subscription_cancelled(event: SubscriptionCancelled) -> None:
    announce(event)


@outbox.handles(SubscriptionChanged)
def tell_subscription_changed(event: SubscriptionChanged) -> None:
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


@outbox.handles(CourseSubmitted)
def tell_course_submitted(event: CourseSubmitted) -> None:
    announce(event)


@outbox.handles(CourseReviewed)
def tell_course_reviewed(event: CourseReviewed) -> None:
    announce(event)


@outbox.handles(PayoutPaid)
def tell_payout_paid(event: PayoutPaid) -> None:
    announce(event)


@outbox.handles(PayoutFailed)
def tell_payout_failed(event: PayoutFailed) -> None:
    announce(event)


@outbox.handles(PayoutAddressChanged)
def tell_payout_redirected(event: PayoutAddressChanged) -> None:
    announce(event)


@outbox.handles(CreditEnding)
def tell_credit_ending(event: CreditEnding) -> None:
    announce(event)


@outbox.handles(PackageEnding)
def tell_package_ending(event: PackageEnding) -> None:
    announce(event)


@outbox.handles(AppealDecided)
def tell_appeal_decided(event: AppealDecided) -> None:
    announce(event)


@outbox.handles(AppealOpened)
def tell_appeal_opened(event: AppealOpened) -> None:
    announce(event)


@outbox.handles(AttemptRegraded)
def tell_attempt_regraded(event: AttemptRegraded) -> None:
    announce(event)


@outbox.handles(AttemptSubmitted)
def tell_attempt_submitted(event: AttemptSubmitted) -> None:
    announce(event)


@outbox.handles(SubmissionMade)
def tell_submission_made(event: SubmissionMade) -> None:
    announce(event)


@outbox.handles(SubmissionMarked)
def tell_submission_marked(event: SubmissionMarked) -> None:
    announce(event)


@outbox.handles(ThreadAnswered)
def tell_thread_answered(event: ThreadAnswered) -> None:
    announce(event)


@outbox.handles(ThreadOpened)
def tell_thread_opened(event: ThreadOpened) -> None:
    announce(event)


@outbox.handles(AttemptGraded)
def tell_attempt_graded(event: AttemptGraded) -> None:
    announce(event)


@outbox.handles(DraftReady)
def tell_draft_ready(event: DraftReady) -> None:
    announce(event)


@outbox.handles(DraftStopped)
def tell_draft_stopped(event: DraftStopped) -> None:
    announce(event)


@outbox.handles(BookingRequested)
def tell_booking_requested(event: BookingRequested) -> None:
    announce(event)


@outbox.handles(BookingConfirmed)
def tell_booking_confirmed(event: BookingConfirmed) -> None:
    announce(event)


@outbox.handles(BookingDeclined)
def tell_booking_declined(event: BookingDeclined) -> None:
    announce(event)


@outbox.handles(BookingMoved)
def tell_booking_moved(event: BookingMoved) -> None:
    announce(event)


@outbox.handles(BookingCancelled)
def tell_booking_cancelled(event: BookingCancelled) -> None:
    announce(event)


@outbox.handles(BookingReminded)
def tell_booking_reminded(event: BookingReminded) -> None:
    announce(event)


@outbox.handles(BookingMissed)
def tell_booking_missed(event: BookingMissed) -> None:
    announce(event)


@outbox.handles(BookingDisputed)
def tell_booking_disputed(event: BookingDisputed) -> None:
    announce(event)


@outbox.handles(BookingResolved)
def tell_booking_resolved(event: BookingResolved) -> None:
    announce(event)


@outbox.handles(MoveProposed)
def tell_move_proposed(event: MoveProposed) -> None:
    announce(event)


@outbox.handles(MoveDeclined)
def tell_move_declined(event: MoveDeclined) -> None:
    announce(event)


@outbox.handles(WaitlistOffered)
def tell_waitlist_offered(event: WaitlistOffered) -> None:
    announce(event)


@outbox.handles(TutorReviewWritten)
def tell_tutor_review_written(event: TutorReviewWritten) -> None:
    announce(event)


@outbox.handles(TutorReviewAnswered)
def tell_tutor_review_answered(event: TutorReviewAnswered) -> None:
    announce(event)


@outbox.handles(RenewalDue)
def tell_of_a_renewal(event: RenewalDue) -> None:
    announce(event)


@outbox.handles(HandoverAnswered)
def tell_handover_answered(event: HandoverAnswered) -> None:
    announce(event)


@outbox.handles(CalendarBroken)
def tell_calendar_broken(event: CalendarBroken) -> None:
    announce(event)


@outbox.handles(RoomOpened)
def tell_room_opened(event: RoomOpened) -> None:
    announce(event)


@outbox.handles(RoomStarted)
def tell_room_started(event: RoomStarted) -> None:
    announce(event)
