from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class CertificateNotReady(DomainError):
    code = "certificate-not-ready"
    title = _("The certificate is still being made")
    status = 409
    explanation = _("Its PDF does not exist yet. Follow its job, then download it.")


class CertificateRevoked(DomainError):
    code = "certificate-revoked"
    title = _("The certificate was revoked")
    status = 409
    explanation = _("A revoked certificate stays on record but is not handed out any more.")


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
