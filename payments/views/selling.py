"""What a seller sees of money: earnings, statements, payouts, coupons, packages. All of it one's
own; somebody without sales sees empty pages."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.views.confirmed import confirmed
from payments.errors import CouponCodeTaken
from payments.forms import CouponForm, PackageOfferForm, PayoutMethodForm
from payments.models import Coupon, PackageOffer, PayoutBatch, PayoutItem, PayoutMethod
from payments.payout_words import TextLike, why
from payments.services import coupons, documents, payouts, printing_statements, statements
from payments.services import packages as package_service
from payments.views.orders import viewer
from tutorme.core import spreadsheets
from tutorme.core.errors import DomainError
from tutorme.core.files import serving
from tutorme.core.models import Job
from tutorme.core.money import CURRENCIES
from tutorme.core.transactions import constraints

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
Item = PayoutItem.State
WORDS = {
    Item.QUEUED: (gettext_lazy("waits for approval"), "attention"),
    Item.SUCCESS: (gettext_lazy("paid"), "done"),
    Item.PENDING: (gettext_lazy("under way"), "attention"),
    Item.UNCLAIMED: (gettext_lazy("waits to be claimed at PayPal"), "attention"),
    Item.ONHOLD: (gettext_lazy("held by PayPal"), "attention"),
    Item.BLOCKED: (gettext_lazy("blocked by PayPal"), "problem"),
    Item.RETURNED: (gettext_lazy("came back"), "problem"),
    Item.FAILED: (gettext_lazy("failed"), "problem"),
    Item.REFUNDED: (gettext_lazy("came back"), "problem"),
    Item.REJECTED: (gettext_lazy("turned down"), "plain"),
}


def tutors_only(view: View[P]) -> View[P]:
    """Signed in, and a tutor or with sales of old; others do not see that there is a page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not viewer(request).is_tutor and not statements.balances(viewer(request).pk):
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


@tutors_only
@require_safe
def earnings(request: HttpRequest) -> HttpResponse:
    """Balances, what becomes available when, twelve weeks, the last lines."""
    me = viewer(request)
    held = statements.balances(me.pk)
    units = [row.currency for row in held]
    unit = request.GET.get("currency") or (units[0] if units else "")
    if units and unit not in units:
        raise Http404
    balance = next((row for row in held if row.currency == unit), None)
    weeks = statements.weeks(me.pk, unit, me.time_zone) if balance else []
    language = get_language() or "en"
    context = {
        "here": "earnings",
        "balance": balance,
        "units": units,
        "unit": unit,
        "bars": [
            (date_format(day, "j M"), amount.localized(language), amount.minor)
            for day, amount in weeks
        ],
        "coming": statements.on_its_way(me.pk, unit)[:20] if balance else [],
        "lines": statements.latest(me.pk, unit) if balance else [],
        "months": statements.months(me.pk, me.time_zone)[:24],
    }
    return render(request, "payments/earnings.html", context)


def _statement(request: HttpRequest, month: str, unit: str) -> statements.Statement:
    me = viewer(request)
    try:
        first: date = statements.month_of(month)
    except ValueError as error:
        raise Http404 from error
    if unit not in {row.currency for row in statements.balances(me.pk)}:
        raise Http404
    return statements.statement(me.pk, unit, first, me.time_zone)


@tutors_only
@require_safe
def statement(request: HttpRequest, month: str, unit: str) -> HttpResponse:
    found = _statement(request, month, unit)
    job = printing_statements.job_of(viewer(request), found)
    waits = job is not None and job.state in {Job.State.QUEUED, Job.State.RUNNING}
    context = {
        "here": "earnings",
        "statement": found,
        "month": month,
        "job": job,
        "done": job is not None and job.state == Job.State.SUCCEEDED,
        "refresh_seconds": 3 if waits else None,
    }
    return render(request, "payments/statement.html", context)


@tutors_only
@require_POST
def print_statement(request: HttpRequest, month: str, unit: str) -> HttpResponse:
    """Asks the press for the month as it is now."""
    printing_statements.ask(viewer(request), _statement(request, month, unit))
    return redirect("teach-statement", month=month, unit=unit)


@tutors_only
@require_safe
def statement_pdf(request: HttpRequest, month: str, unit: str) -> HttpResponseBase:
    job = printing_statements.job_of(viewer(request), _statement(request, month, unit))
    if job is None or job.state != Job.State.SUCCEEDED or not job.result:
        raise Http404
    return serving.respond(
        request,
        key=documents.key_of(str(job.result["sha256"])),
        name=f"{month}-{unit}.pdf",
        content_type="application/pdf",
        download=True,
    )


@tutors_only
@require_safe
def statement_csv(request: HttpRequest, month: str, unit: str) -> HttpResponseBase:
    """Every line with plain numbers; times are the seller's, each with its distance from UTC."""
    found = _statement(request, month, unit)
    head = (
        *(_("Time"), _("Kind"), _("What"), _("Reference"), _("Currency")),
        *(_("Gross"), _("Tax"), _("Commission"), _("Net")),
    )
    # Made now: what is streamed is made after the request's zone is left.
    rows = [_cells(line) for line in found.lines]
    return spreadsheets.download(f"{month}-{unit}.csv", spreadsheets.lines(head, rows))


def _cells(line: statements.StatementLine) -> tuple[Any, ...]:
    given = (line.gross, line.tax, line.commission, line.net)
    amounts = ["" if one is None else Decimal(one.amount) for one in given]
    at = timezone.localtime(line.at).isoformat(sep=" ", timespec="seconds")
    said = (at, line.kind, line.what, line.reference)
    return (*said, line.net.currency, *amounts)


# Payouts ------------------------------------------------------------------------------------------


@tutors_only
@require_safe
def payout_list(request: HttpRequest) -> HttpResponse:
    me = viewer(request)
    method = PayoutMethod.objects.filter(user_id=me.pk).first()
    mine = PayoutItem.objects.filter(payee_id=me.pk).select_related("batch").order_by("-pk")
    page = Paginator(mine, 20).get_page(request.GET.get("page"))
    context = {
        "here": "payouts",
        "method": method,
        "usable": method is not None and method.usable_from <= timezone.now(),
        "ready": payouts.owed(payee_id=me.pk),
        "below": [
            (row.available, payouts.minimum(row.currency))
            for row in statements.balances(me.pk)
            if row.available < payouts.minimum(row.currency)
        ],
        "page": page,
        "rows": [(item, *_words(item), _why_not(item)) for item in page],
    }
    return render(request, "payments/payouts.html", context)


def _words(item: PayoutItem) -> tuple[Any, str]:
    """Approved and not sent yet is under way to its owner."""
    if item.state == Item.QUEUED and item.batch.state != PayoutBatch.State.DRAFT:
        return WORDS[Item.PENDING]
    return WORDS[Item(item.state)]


def _why_not(item: PayoutItem) -> TextLike:
    """Who turned it down here said why; PayPal says it in a code."""
    if item.state == Item.REJECTED:
        return item.batch.note
    return why(item.failure) if item.failure else ""


@tutors_only
@confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def payout_method(request: HttpRequest) -> HttpResponse:
    """Where the money goes: asked of somebody who showed a moment ago that it is them."""
    me = viewer(request)
    row = PayoutMethod.objects.filter(user_id=me.pk).first()
    form = PayoutMethodForm(request.POST or None, initial={"email": row.email if row else me.email})
    if request.method == "POST" and form.is_valid():
        payouts.set_method(user=me, email=form.cleaned_data["email"])
        messages.success(request, _("The address was saved. We have sent you a message about it."))
        return redirect("teach-payouts")
    context = {"form": form, "method": row, "wait": settings.PAYOUT_COOL_DOWN}
    return render(
        request, "payments/payout_method.html", context, status=422 if form.errors else 200
    )


@tutors_only
@require_POST
def ask_for_payout(request: HttpRequest) -> HttpResponse:
    unit = request.POST.get("currency", "")
    if unit not in CURRENCIES:
        raise Http404
    try:
        batch = payouts.request(user=viewer(request), currency=unit)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        asked = batch.total.localized(get_language() or "en")
        messages.success(
            request, _("You asked for %(amount)s. A person looks at it.") % {"amount": asked}
        )
    return redirect("teach-payouts")


# Coupons and packages -----------------------------------------------------------------------------


@tutors_only
@require_http_methods(["GET", "HEAD", "POST"])
def coupon_list(request: HttpRequest) -> HttpResponse:
    me = viewer(request)
    form = CouponForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with constraints({"payments_coupon_code_key": CouponCodeTaken}):
                coupons.create(actor=me, owner_id=me.pk, terms=form.terms(me.time_zone))
        except CouponCodeTaken as error:
            form.add_error("code", error.detail)
        else:
            messages.success(request, _("The coupon can be used from now on."))
            return redirect("teach-coupons")
    mine = Coupon.objects.filter(owner_id=me.pk).order_by("-pk")
    page = Paginator(mine, 20).get_page(request.GET.get("page"))
    context = {"here": "coupons", "form": form, "page": page}
    return render(request, "payments/coupons.html", context, status=422 if form.errors else 200)


@tutors_only
@require_POST
def switch_coupon(request: HttpRequest, pk: UUID) -> HttpResponse:
    me = viewer(request)
    row = Coupon.objects.filter(pk=pk, owner_id=me.pk).first()
    if row is None:
        raise Http404
    coupons.switch(coupon=row, actor=me, active=not row.is_active)
    return redirect(reverse("teach-coupons"))


@tutors_only
@require_http_methods(["GET", "HEAD", "POST"])
def package_list(request: HttpRequest) -> HttpResponse:
    me = viewer(request)
    form = PackageOfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        package_service.offer(seller=me, terms=form.terms())
        messages.success(request, _("The package can be bought from now on."))
        return redirect("teach-packages")
    rows = PackageOffer.objects.filter(seller_id=me.pk, is_offered=True).order_by("-pk")
    context = {"here": "packages", "form": form, "offers": rows[:100]}
    return render(
        request, "payments/package_offers.html", context, status=422 if form.errors else 200
    )


@tutors_only
@require_POST
def withdraw_package(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = PackageOffer.objects.filter(pk=pk, seller_id=viewer(request).pk).first()
    if row is None:
        raise Http404
    package_service.withdraw(row)
    return redirect("teach-packages")
