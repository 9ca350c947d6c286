"""What machines read to check a certificate: the credential, who signed it, what was taken back."""

from datetime import datetime
from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from certificates import credentials, downloads, queries, seals
from certificates.models import Certificate
from certificates.views.own import counted, slower
from tutorme.core.api.views import etag
from tutorme.core.row_security import as_system

_LD_JSON = "application/vc+ld+json"


@as_system("whoever has a certificate's code checks it without an account")
@require_safe
def credential(request: HttpRequest, code: str) -> HttpResponseBase:
    """By the code on the certificate, limited as the page is."""
    verdict = counted(request)
    if not verdict.allowed:
        return slower(request, verdict)
    row = Certificate.objects.verifiable().filter(code=code[:23]).first()
    if row is None:
        raise Http404
    return downloads.credential(row)


@require_safe
def did_document(_request: HttpRequest) -> HttpResponse:
    """`did:web`: the keys that sign credentials here."""
    response = JsonResponse(credentials.did_document())
    response["Content-Type"] = "application/did+json"
    return _public(response)


@require_safe
def seal(_request: HttpRequest) -> HttpResponse:
    """The certificate files are sealed with, for readers to trust."""
    return _public(HttpResponse(seals.chain_pem(), content_type="application/x-pem-file"))


@as_system("whoever has a certificate's code checks it without an account")
@require_safe
@vary_on_headers("Accept")
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """One bit for each certificate, set once it was taken back; read from the table. As JWT, or
    with a proof inside for who asks for JSON-LD."""
    last = Certificate.objects.aggregate(last=Max("status_number"))["last"]
    if last is None or number > last // credentials.LIST_BITS:
        raise Http404
    taken_back, at = queries.taken_back(number)
    is_json = request.accepts(_LD_JSON) and "*/*" not in request.headers.get("Accept", "*/*")
    tag = etag("status", number, len(taken_back), at, is_json)
    if request.headers.get("If-None-Match") == tag:
        return _public(HttpResponse(status=304, headers={"ETag": tag}))
    document = credentials.status_list(number, taken_back, at=at)
    response = _proved(document, at) if is_json else _signed(document, at)
    response["ETag"] = tag
    return _public(response)


def _signed(document: dict[str, Any], at: datetime) -> HttpResponse:
    return HttpResponse(credentials.as_jwt(document, at=at), content_type="application/vc+jwt")


def _proved(document: dict[str, Any], at: datetime) -> HttpResponse:
    response = JsonResponse(credentials.sign(document, at=at))
    response["Content-Type"] = _LD_JSON
    return response


def _public(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "public, max-age=300"
    response["Access-Control-Allow-Origin"] = "*"
    return response
