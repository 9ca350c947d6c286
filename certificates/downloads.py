"""A certificate's PDF as a response, to whoever was found to own it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from certificates.errors import CertificateNotReady, CertificateRevoked
from certificates.models import Certificate
from tutorme.core.files import serving


def respond(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    """`CertificateNotReady` before it is issued, `CertificateRevoked` after it was taken back."""
    if certificate.state == Certificate.State.PENDING:
        raise CertificateNotReady
    if certificate.state != Certificate.State.ISSUED:
        raise CertificateRevoked
    response = serving.respond(
        request,
        key=certificate.storage_key,
        name=certificate.file_name,
        content_type="application/pdf",
        download=True,
    )
    response["Cache-Control"] = "private, no-store"
    return response
