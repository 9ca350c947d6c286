from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class CertificateNotReady(DomainError):
    code = "certificate-not-ready"
    title = _("The certificate is still being made")
    status = 409
    explanation = _("Its PDF does not exist yet. Follow its job, then download it.")


class CertificateRevoked(DomainError):
    code = "certificate-revoked"
    title = _("The certificate was revoked or replaced")
    status = 409
    explanation = _("It stays on record but is not handed out any more.")


class CertificateUnknown(DomainError):
    code = "certificate-unknown"
    title = _("No certificate has this code")
    status = 404
    explanation = _("Codes are twenty letters and digits in groups of five. Compare each with it.")


class CourseNotCompleted(DomainError):
    code = "course-not-completed"
    title = _("The course is not completed yet")
    status = 409
    explanation = _("A certificate is issued once all required lessons are complete.")


class NothingToRetry(DomainError):
    code = "nothing-to-retry"
    title = _("There is nothing to try again")
    status = 409
    explanation = _("The certificate is already made, or is being made right now.")


class NotHeld(DomainError):
    code = "not-held"
    title = _("There is no hold on it")
    status = 409
    explanation = _("Only a certificate under legal hold can be released.")


class NobodyToSendTo(DomainError):
    code = "nobody-to-send-to"
    title = _("There is no address to send it to")
    status = 409
    explanation = _("The certificate belongs to no organisation, or its learner's address is gone.")


class SentJustNow(DomainError):
    code = "sent-just-now"
    title = _("It was sent a moment ago")
    status = 429
    explanation = _("Wait for the time in Retry-After before it is sent to the same person again.")

    def __init__(self, *, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class OrganizationTaken(DomainError):
    code = "organization-taken"
    title = _("An organisation with this website is here already")
    status = 409
    explanation = _("A website names one organisation. Archived ones keep theirs.")


class ExternalCourseTaken(DomainError):
    code = "external-course-taken"
    title = _("A course with this id is here already")
    status = 409
    explanation = _("The provider's id names one course. Archived ones keep theirs.")


class MemberExists(DomainError):
    code = "member-exists"
    title = _("This address is at the desk already")
    status = 409
    explanation = _("It was invited before, or its owner has joined.")


class LastOwner(DomainError):
    code = "last-owner"
    title = _("A desk keeps one owner")
    status = 409
    explanation = _("Make somebody else an owner first.")


class OwnersOnly(DomainError):
    code = "owners-only"
    title = _("Only an owner of the desk may do this")
    status = 403
    explanation = _("Ask an owner of your organisation's desk, or the site's staff.")


class ListUnreadable(DomainError):
    """`reason` is the cause's code."""

    code = "list-unreadable"
    title = _("The file cannot be read as a list of learners")
    status = 422
    explanation = _("Send a CSV file with the columns name, email and organization_website.")


class ListTooLong(DomainError):
    code = "list-too-long"
    title = _("The list is too long")
    status = 413
    explanation = _("most_rows and most_bytes say how long it may be.")


class ImportNotReady(DomainError):
    code = "import-not-ready"
    title = _("The import is not in that state")
    status = 409
    explanation = _("Its state says what can be done with it now.")


class ImportHasErrors(DomainError):
    code = "import-has-errors"
    title = _("Some rows are not valid")
    status = 409
    explanation = _("Mend the file and send it again, or commit the valid rows alone.")


class UndoTooLate(DomainError):
    code = "undo-too-late"
    title = _("It is too late to take the import back")
    status = 409
    explanation = _("An import can be taken back within 24 hours of its commit.")


class GraphyMessageRefused(DomainError):
    code = "graphy-message-refused"
    title = _("The message is not from Graphy")
    status = 401
    explanation = _("Its signature does not fit its body, or is older than five minutes.")


class GraphyMessageMalformed(DomainError):
    code = "graphy-message-malformed"
    title = _("The message is not a completion")
    status = 400
    explanation = _("It needs course_id, email, event_id and completed_at.")


class NothingToBundle(DomainError):
    code = "nothing-to-bundle"
    title = _("There is no certificate to put in")
    status = 409
    explanation = _("None of the chosen certificates is issued and in force.")


class CertificateFileRetired(DomainError):
    code = "certificate-file-retired"
    title = _("The certificate's file is not kept any more")
    status = 410
    explanation = _("It stays verifiable. The site's staff can print it again from its record.")
