"""What certificates do about events from below."""

from certificates.services import enrolling, issuing, messages
from courses.events import EnrollmentCompleted
from tutorme.core import inbox, outbox

inbox.processes(enrolling.PROVIDER)(messages.apply)


@outbox.handles(EnrollmentCompleted)
def issue_certificate(event: EnrollmentCompleted) -> None:
    issuing.issue(event.enrollment_id)
