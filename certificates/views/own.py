"""One's certificates, their files, and the page where a stranger checks one."""

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from certificates import codes, downloads, drawings, queries
from certificates.models import Certificate, Delivery
from certificates.services import deliveries, issuing
from tutorme.core.client import address_of
from tutorme.core.errors import DomainError
from tutorme.core.limits import Limit, Verdict, hit
from tutorme.core.row_security import as_system

_REFRESH_SECONDS = 5


def _visible(request: HttpRequest, pk: UUID) -> Certificate:
    row = Certificate.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    rows = Certificate.objects.filter(user_id=request.user.pk).select_related("job")
    certificates = list(rows.order_by("-created_at")[:100])
    moving = any(row.job and not row.job.is_final for row in certificates)
    context = {"certificates": certificates, "refresh_seconds": _REFRESH_SECONDS if moving else 0}
    return render(request, "certificates/mine.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        issuing.retry(certificate=_visible(request, pk), actor_id=request.user.pk)
    except DomainError as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("The certificate is being made again."))
    return redirect("my-certificates")


@login_required
@require_POST
def resend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Once more to one's own address."""
    row = Certificate.objects.filter(user_id=request.user.pk, pk=pk).first()  # type: ignore[misc]
    if row is None:
        raise Http404
    try:
        deliveries.resend(
            certificate=row, recipient=Delivery.Recipient.LEARNER, actor_id=request.user.pk
        )
    except DomainError as error:
        messages.warning(request, error.detail)
    else:
        messages.success(request, _("It is on its way to you again."))
    return redirect("my-certificates")


@as_system("a signed link out of a mail opens one certificate without an account")
@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """By a signed link out of a mail, without signing in."""
    row = Certificate.objects.filter(pk=pk).first()
    if row is None or not downloads.is_signed(request, row):
        raise Http404
    return downloads.respond(request, row)


@login_required
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    try:
        return downloads.respond(request, _visible(request, pk))
    except DomainError as error:
        messages.warning(request, error.detail)
        return redirect("my-certificates")


@require_safe
def verify_form(request: HttpRequest) -> HttpResponse:
    """Without a script the form comes here with `?code=`, and goes on to the code's own address."""
    typed = request.GET.get("code", "").strip()
    if typed:
        code = codes.normalized(typed)
        if codes.is_well_formed(code):
            return redirect("verify-code", code=code)
        return _unlisted(render(request, "certificates/verify.html", _misread(typed), status=422))
    return _unlisted(render(request, "certificates/verify.html"))


def _misread(typed: str) -> dict[str, object]:
    return {
        "typed": typed[:60],
        "error": _("This is not a code of ours: one of its letters or digits is off."),
    }


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Valid, revoked or unknown. Nothing is printed or computed for a visitor but the QR code."""
    verdict = counted(request)
    if not verdict.allowed:
        return slower(request, verdict)
    verified = queries.verify(code)
    if verified is None:
        context = {"typed": codes.normalized(code)[:23], "unknown": True}
        return _unlisted(render(request, "certificates/verify.html", context, status=404))
    # Our own drawing of our own address: no words of anybody in it.
    qr = mark_safe(drawings.qr(verified.verify_url, light="#ffffff"))  # noqa: S308
    context = {"certificate": verified, "qr": qr, "profile_url": profile_url(verified)}
    return _unlisted(render(request, "certificates/verified.html", context))


def profile_url(verified: queries.Verified) -> str:
    """LinkedIn's own form, filled in; nothing is sent before its owner sends it."""
    said = {
        "startTask": "CERTIFICATION_NAME",
        "name": verified.course,
        "organizationName": verified.issuer,
        "issueYear": verified.issued_at.year,
        "issueMonth": verified.issued_at.month,
        "certId": verified.serial,
        "certUrl": verified.verify_url,
    }
    return f"https://www.linkedin.com/profile/add?{urlencode(said)}"


def counted(request: HttpRequest) -> Verdict:
    """The same purse as the API's: asking there and here does not double the guesses."""
    user_id = getattr(request.user, "pk", None)
    who = f"user:{user_id}" if user_id else f"address:{address_of(request)}"
    return hit(Limit("verify", *settings.API_LIMITS["verify"]), who)


def slower(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    context = {"error": {"retry_after": verdict.retry_after_s}}
    response = render(request, "errors/429.html", context, status=429)
    response["Retry-After"] = str(verdict.retry_after_s)
    return response


def _unlisted(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Cache-Control"] = "no-store"
    return response
