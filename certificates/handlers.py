"""What certificates do about events from below."""

from certificates.services import issuing
from courses.events import EnrollmentCompleted
from tutorme.core import outbox


@outbox.handles(EnrollmentCompleted)
def issue_certificate(event: EnrollmentCompleted) -> None:
    issuing.issue(event.enrollment_id)
