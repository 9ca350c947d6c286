"""A certificate's PDF as a response, to whoever was found to own it."""

import re
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from certificates import credentials, queries
from certificates.errors import CertificateFileRetired, CertificateNotReady, CertificateRevoked
from certificates.models import Certificate, LearnerImport, Organization
from certificates.services import bundles
from tutorme.core import audit, spreadsheets
from tutorme.core.errors import NotFound
from tutorme.core.files import blobs, serving
from tutorme.core.models import Job


def respond(request: HttpRequest, certificate: Certificate) -> HttpResponseBase:
    """`CertificateNotReady` before it is issued, `CertificateRevoked` after it was taken back."""
    if certificate.state == Certificate.State.PENDING:
        raise CertificateNotReady
    if certificate.state != Certificate.State.ISSUED:
        raise CertificateRevoked
    if certificate.file_removed_at is not None:
        raise CertificateFileRetired
    response = serving.respond(
        request,
        key=certificate.storage_key,
        name=certificate.file_name,
        content_type="application/pdf",
        download=True,
    )
    response["Cache-Control"] = "private, no-store"
    _note(request, certificate, "certificate.downloaded")
    return response


def _note(request: HttpRequest, target: Certificate | Organization, action: str) -> None:
    """Whose papers they are may read them unseen; of everybody else it is kept. A reader that
    fetches a file in pieces is noted once."""
    user_id, owner_id = request.user.pk, getattr(target, "user_id", None)
    piece = request.headers.get("Range", "bytes=0-")
    if user_id and user_id != owner_id and request.method == "GET" and piece.startswith("bytes=0-"):
        audit.record(action, target=target, actor_id=user_id)


def signed_path(certificate: Certificate) -> str:
    """Where whoever has the link reads this very file, for as long as `CERTIFICATE_LINK_LIFE`: a
    certificate that was printed anew is not behind it any more."""
    until = int((timezone.now() + settings.CERTIFICATE_LINK_LIFE).timestamp())
    query = urlencode({"until": until, "sign": _signature(certificate, until)})
    return f"{reverse('certificate-file', args=[certificate.pk])}?{query}"


def _signature(certificate: Certificate, until: int) -> str:
    said = f"{certificate.pk}:{certificate.pdf_sha256}:{until}"
    return Signer(salt="certificates.downloads").signature(said)


def is_signed(request: HttpRequest, certificate: Certificate) -> bool:
    until = request.GET.get("until", "")
    if not re.fullmatch("[0-9]{1,12}", until) or int(until) < timezone.now().timestamp():
        return False
    given = request.GET.get("sign", "")
    return constant_time_compare(_signature(certificate, int(until)), given)


def credential(certificate: Certificate) -> HttpResponseBase:
    """Also of one that was taken back: its status list says so."""
    if certificate.state == Certificate.State.PENDING:
        raise CertificateNotReady
    response = JsonResponse(credentials.of(certificate))
    response["Content-Type"] = "application/vc+ld+json"
    response["Content-Disposition"] = f'inline; filename="certificate-{certificate.serial}.json"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response


def bundle(request: HttpRequest, job_id: UUID) -> HttpResponseBase:
    """Of a job of one's own, as long as one sits at that desk."""
    mine = Job.objects.filter(
        pk=job_id, kind=bundles.BUNDLE, state=Job.State.SUCCEEDED, owner_id=request.user.pk
    )
    args = mine.values_list("args", flat=True).first()
    key = bundles.key_of(job_id)
    if args is None or not blobs.path_of(key).exists():
        raise NotFound
    at_desk = Organization.objects.visible_to(request.user).filter(pk=args["organization_id"])
    organization = at_desk.first()
    if organization is None:
        raise NotFound
    response = serving.respond(
        request, key=key, name="certificates.zip", content_type="application/zip", download=True
    )
    response["Cache-Control"] = "private, no-store"
    _note(request, organization, "certificate.bundle_downloaded")
    return response


def problems(batch: LearnerImport) -> HttpResponseBase:
    return spreadsheets.download(f"problems-{batch.pk}.csv", queries.problem_lines(batch))
