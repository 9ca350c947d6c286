"""Handing files out: links that end, and responses that cannot act in our name."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import IO
from urllib.parse import urlencode
from uuid import UUID

import structlog
from csp.decorators import csp_replace
from django.conf import settings
from django.core.signing import Signer
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tutorme.core.errors import NotFound, Unavailable
from tutorme.core.files import blobs, purposes
from tutorme.core.files.sniffing import KINDS
from tutorme.core.models import StoredFile

log = structlog.get_logger(__name__)

HOUR = 3600
_INLINE = frozenset(kind.content_type for kind in KINDS.values() if kind.inline)
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_CHUNK = 256 * 1024


def public_link(file: StoredFile) -> str:
    """The lasting address of a kept file whose purpose is public."""
    return reverse("core-file", args=[file.pk, file.name])


def signed_link(file: StoredFile, *, life: timedelta = timedelta(hours=1)) -> str:
    """An address whoever has it may read until it ends. Ends fall on full hours, so that the same
    page gives the same link for a while and a browser's cache is of use."""
    until = int((timezone.now() + life).timestamp()) // HOUR * HOUR + HOUR
    query = urlencode({"until": until, "sign": _signature(file.pk, until)})
    return f"{reverse('core-file', args=[file.pk, file.name])}?{query}"


def _signature(file_id: UUID, until: int) -> str:
    return Signer(salt="core.files").signature(f"{file_id}:{until}")


def _is_signed(request: HttpRequest, file_id: UUID) -> bool:
    until = request.GET.get("until", "")
    if not re.fullmatch("[0-9]{1,12}", until) or int(until) < timezone.now().timestamp():
        return False
    return constant_time_compare(_signature(file_id, int(until)), request.GET.get("sign", ""))


@require_safe
@csp_replace({"default-src": ["'none'"], "sandbox": True})  # type: ignore[arg-type]  # it passes on what a view takes
def serve(request: HttpRequest, pk: UUID, name: str) -> HttpResponseBase:
    """One file, by its public address or a signed link; anything else is not there."""
    file = StoredFile.objects.filter(pk=pk, name=name).first()
    if file is None:
        raise NotFound
    purpose = purposes.named(file.purpose)
    is_public = purpose is not None and purpose.public and file.kept_at is not None
    if not is_public and not _is_signed(request, pk):
        raise NotFound
    response = respond(request, key=file.key, name=file.name, content_type=file.content_type)
    lasting = "public, max-age=31536000, immutable"
    response["Cache-Control"] = lasting if is_public else f"private, max-age={HOUR}"
    return response


def respond_alone(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    """For a page that has decided who may read: kept nowhere, and able to do nothing. The header is
    set here, since the admin's pages have no policy of their own."""
    response = respond(request, key=file.key, name=file.name, content_type=file.content_type)
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def respond(
    request: HttpRequest, *, key: str, name: str, content_type: str, download: bool = False
) -> HttpResponseBase:
    """The bytes at `key`: by the proxy where one is named, else read here, ranges included."""
    prefix = settings.MEDIA_ACCEL_PREFIX.rstrip("/")
    response = _accelerated(f"{prefix}/{key}") if prefix else _read(request, key)
    response["Content-Type"] = content_type
    attached = download or content_type not in _INLINE
    response["Content-Disposition"] = content_disposition_header(attached, name) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _accelerated(address: str) -> HttpResponseBase:
    response = HttpResponse()
    response["X-Accel-Redirect"] = address
    return response


def _read(request: HttpRequest, key: str) -> HttpResponseBase:
    try:
        file = blobs.path_of(key).open("rb")
    except FileNotFoundError as error:
        log.exception("files.missing", key=key)
        raise Unavailable from error
    size = file.seek(0, 2)
    file.seek(0)
    wanted = _span(request.headers.get("Range", ""), size)
    response: HttpResponseBase
    if wanted is None:
        response = FileResponse(file)
    elif not wanted:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = _part(file, wanted, size)
    response["Accept-Ranges"] = "bytes"
    return response


def _span(header: str, size: int) -> range | None:
    """The bytes a Range header asks for (RFC 9110 §14.2); None where it asks for all or is not
    understood, an empty range where it cannot be satisfied."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        return range(max(0, size - int(match[2])), size)
    first, last = int(match[1]), int(match[2] or size - 1)
    if match[2] and last < first:
        return None
    return range(first, min(last, size - 1) + 1)


def _part(file: IO[bytes], span: range, size: int) -> HttpResponseBase:
    file.seek(span.start)
    response = StreamingHttpResponse(_slices(file, len(span)), status=206)
    response["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{size}"
    response["Content-Length"] = str(len(span))
    return response


def _slices(file: IO[bytes], left: int) -> Iterator[bytes]:
    with file:
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
