"""Whether a completed enrolment speaks of the course as it is taught. The caller holds its lock."""

from datetime import datetime

from courses.events import EnrollmentRenewed, RenewalDue
from courses.models import Enrollment
from courses.queries.renewals import renewal_of
from tutorme.core import outbox


def tell(enrollment: Enrollment) -> None:
    """After a publishing; once for each breaking version."""
    renewal = renewal_of(enrollment)
    if renewal is None or enrollment.state != Enrollment.State.COMPLETED:
        return
    outbox.record(
        RenewalDue(enrollment.pk, enrollment.user_id, enrollment.course_id, renewal.version),
        key=f"renewal.due:{enrollment.pk}:{renewal.version}",
    )


def renew(enrollment: Enrollment, now: datetime) -> None:
    """Everything is complete: certified for this version, unless something is done only as it was
    before. In memory; the caller writes the row."""
    renewal = renewal_of(enrollment)
    if renewal is None or renewal.outdated:
        return
    enrollment.certified_version = renewal.version
    outbox.record(
        EnrollmentRenewed(
            enrollment.pk, enrollment.user_id, enrollment.course_id, renewal.version, done_at=now
        ),
        actor_id=enrollment.user_id,
        key=f"enrollment.renewed:{enrollment.pk}:{renewal.version}",
    )
