"""Packages a seller sold, and ending one of them."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from payments.forms import EndPackageForm
from payments.models import Package, Refund
from payments.services import package_endings
from payments.views.orders import viewer
from payments.views.selling import tutors_only
from tutorme.core.errors import DomainError


@tutors_only
@require_safe
def sold_list(request: HttpRequest) -> HttpResponse:
    mine = Package.objects.filter(seller_id=viewer(request).pk)
    rows = mine.select_related("offer", "buyer").order_by("-pk")
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    return render(request, "payments/sold_packages.html", {"here": "packages", "page": page})


@tutors_only
@require_http_methods(["GET", "HEAD", "POST"])
def end_package(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What goes back and what stays; then the reason, and the end."""
    mine = Package.objects.filter(pk=pk, seller_id=viewer(request).pk)
    package = mine.select_related("offer", "buyer", "order").first()
    if package is None:
        raise Http404
    form = EndPackageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _end(request, package, form.cleaned_data["reason"])
        return redirect("teach-packages-sold")
    failed = package.order.refunds.filter(origin=Refund.Origin.SELLER, state=Refund.State.FAILED)
    context = {
        "here": "packages",
        "package": package,
        "form": form,
        "ending": package_endings.preview(package),
        "failed": failed.order_by("-pk").first(),
    }
    return render(request, "payments/end_package.html", context, status=422 if form.errors else 200)


def _end(request: HttpRequest, package: Package, reason: str) -> None:
    name = package.buyer.display_name
    try:
        amount = package_endings.end(
            package_id=package.pk, seller=request.user, reason=reason
        ).given_back
    except DomainError as error:
        messages.error(request, error.detail)
        return
    if amount:
        told = {"amount": amount.localized(get_language() or "en"), "name": name}
        messages.success(
            request, _("The package is ended. %(amount)s goes back to %(name)s.") % told
        )
    else:
        messages.success(request, _("The package is ended."))
