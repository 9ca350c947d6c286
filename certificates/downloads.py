"""A certificate's PDF as a response, to whoever was found to own it."""

import structlog
from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from certificates.errors import CertificateNotReady, CertificateRevoked
from certificates.files import path_of
from certificates.models import Certificate
from tutorme.core.errors import Unavailable

log = structlog.get_logger(__name__)


def respond(certificate: Certificate) -> HttpResponseBase:
    """`CertificateNotReady` before it is issued, `CertificateRevoked` after it was taken back."""
    if certificate.state == Certificate.State.PENDING:
        raise CertificateNotReady
    if certificate.state == Certificate.State.REVOKED:
        raise CertificateRevoked
    response = _accelerated(certificate) if settings.MEDIA_ACCEL_PREFIX else _opened(certificate)
    response["Content-Type"] = "application/pdf"
    disposition = content_disposition_header(as_attachment=True, filename=certificate.file_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = "private, no-store"
    return response


def _accelerated(certificate: Certificate) -> HttpResponseBase:
    response = HttpResponse()
    prefix = settings.MEDIA_ACCEL_PREFIX.rstrip("/")
    response["X-Accel-Redirect"] = f"{prefix}/{certificate.storage_key}"
    return response


def _opened(certificate: Certificate) -> HttpResponseBase:
    try:
        return FileResponse(path_of(certificate.storage_key).open("rb"))
    except FileNotFoundError as error:
        # An operator prints it again from the admin: the facts are in the row.
        log.exception("certificate.file_missing", certificate=str(certificate.pk))
        raise Unavailable from error
