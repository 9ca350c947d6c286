"""What certificates do about events from below."""

from certificates.services import enrolling, issuing, messages
from courses.events import EnrollmentCompleted, EnrollmentRenewed
from tutorme.core import inbox, outbox

inbox.processes(enrolling.PROVIDER)(messages.apply)


@outbox.handles(EnrollmentCompleted)
def issue_certificate(event: EnrollmentCompleted) -> None:
    issuing.issue(event.enrollment_id)


@outbox.handles(EnrollmentRenewed)
def issue_for_the_version_learned_since(event: EnrollmentRenewed) -> None:
    issuing.issue_renewed(event.enrollment_id, version=event.version, at=event.done_at)
