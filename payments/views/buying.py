"""What a buyer does beside paying: receipts, giving back, credit, packages, billing details."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from payments.forms import BillingForm, ReturnForm
from payments.models import BillingDetails, CreditLot, CreditPack, Document, Package
from payments.services import credits, documents, refund_requests
from payments.views.orders import own_order, viewer
from tutorme.core.errors import DomainError
from tutorme.core.files import serving

PAGE = require_http_methods(["GET", "HEAD", "POST"])
# Seconds until a page that waits for the press looks again.
_LOOK_AGAIN = 3


@login_required
@require_safe
def receipt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The papers of an order; one that is not printed yet says so and looks again."""
    order = own_order(request, pk=pk)
    if not order.captured_at or not order.total:
        raise Http404
    papers = list(order.documents.order_by("issued_at", "pk"))
    ready = [paper for paper in papers if paper.sha256]
    awaited = not ready or len(ready) < len(papers)
    context = {
        "order": order,
        "papers": ready,
        "awaited": awaited,
        "refresh_seconds": _LOOK_AGAIN if awaited else None,
    }
    return render(request, "payments/receipt.html", context)


@login_required
@require_safe
def paper(request: HttpRequest, pk: UUID, document_id: UUID) -> HttpResponseBase:
    """One paper as PDF, the bytes it was issued with."""
    order = own_order(request, pk=pk)
    return _pdf(request, order.documents.filter(pk=document_id))


@login_required
@require_safe
def period_paper(request: HttpRequest, pk: UUID, document_id: UUID) -> HttpResponseBase:
    """The same of one's payment of a subscription."""
    mine = Document.objects.filter(period__subscription__user_id=viewer(request).pk)
    return _pdf(request, mine.filter(period_id=pk, pk=document_id))


def _pdf(request: HttpRequest, papers: QuerySet[Document]) -> HttpResponseBase:
    row = papers.exclude(sha256=None).first()
    if row is None:
        raise Http404
    return serving.respond(
        request,
        key=documents.key_of(str(row.sha256)),
        name=f"{row.label}.pdf",
        content_type="application/pdf",
        download=True,
    )


@login_required
@PAGE
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one gets back, in which way; then the asking."""
    order = own_order(request, pk=pk)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            refund_requests.ask(order=order, buyer=request.user, **form.cleaned_data)
        except DomainError as error:
            tell = messages.info if error.status == 503 else messages.error
            tell(request, error.detail)
        else:
            messages.success(request, _("It is given back. The bill below says what comes back."))
        return redirect("payments-order", pk=pk)
    context = {"order": order, "form": form, "preview": refund_requests.preview(order)}
    return render(request, "payments/give_back.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def credit(request: HttpRequest) -> HttpResponse:
    """One's credit, what it is made of, and credit to buy."""
    me = viewer(request)
    rows = CreditLot.objects.filter(owner_id=me.pk, left_minor__gt=0).order_by("-pk")
    units = sorted(set(rows.values_list("currency", flat=True)))
    context = {
        "balances": [credits.spendable(me.pk, unit) for unit in units],
        "lots": rows[:100],
        "packs": CreditPack.objects.filter(is_offered=True).order_by("currency", "amount_minor"),
    }
    return render(request, "payments/credit.html", context)


@login_required
@require_safe
def packages(request: HttpRequest) -> HttpResponse:
    mine = Package.objects.filter(buyer_id=viewer(request).pk)
    rows = mine.select_related("offer", "seller").order_by("-pk")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "payments/packages.html", {"page": page})


@login_required
@PAGE
def billing(request: HttpRequest) -> HttpResponse:
    """What stands on one's papers from now on."""
    me = viewer(request)
    row = BillingDetails.objects.filter(user_id=me.pk).first()
    form = BillingForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        documents.set_billing_details(user=me, details=form.cleaned_data)
        messages.success(request, _("Saved. Papers from now on carry it."))
        return redirect("settings-billing")
    return render(
        request, "settings/billing.html", {"form": form}, status=422 if form.errors else 200
    )
