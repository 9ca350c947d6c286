"""Settings → Webhooks. Pages that show a secret ask first whether it is still the same person."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.views.confirmed import confirmed
from tutorme.core.errors import DomainError, InvalidInput
from tutorme.core.models import Job
from tutorme.core.row_security import as_system
from webhooks import queries
from webhooks.forms import MINE, SITE, EndpointForm, NewEndpointForm, ReplayForm
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints, publishing, replaying

_FORM = require_http_methods(["GET", "HEAD", "POST"])
_PAGE = 25
_REFRESH_SECONDS = 5


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def own(request: HttpRequest, pk: UUID) -> Endpoint:
    rows = Endpoint.objects.visible_to(request.user).select_related("organization")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    rows = Endpoint.objects.visible_to(request.user).select_related("organization")
    context = {"rows": rows.order_by("-created_at")[:100]}
    return render(request, "webhooks/index.html", context)


@confirmed
@never_cache
@_FORM
def new(request: HttpRequest) -> HttpResponse:
    """The secret is in this answer and in no other."""
    form = NewEndpointForm(request.POST or None, user=person(request))
    if form.is_valid() and (made := _made(person(request), form)):
        return _secret(request, made)
    status = 422 if form.errors else 200
    return render(request, "webhooks/new.html", {"form": form}, status=status)


def _made(user: User, form: NewEndpointForm) -> endpoints.Made | None:
    given = dict(form.cleaned_data)
    chosen = given.pop("whose")
    organization_id = None if chosen in {MINE, SITE} else UUID(chosen)
    try:
        whose = endpoints.whom(user, organization_id=organization_id, site=chosen == SITE)
        return endpoints.make(whose=whose, actor_id=user.pk, **given)
    except DomainError as error:
        _complain(form, error)
        return None


def _complain(form: Any, error: DomainError) -> None:
    if not isinstance(error, InvalidInput):
        form.add_error(None, error.detail)
        return
    for row in error.extras["errors"]:
        name = row["pointer"].strip("/")
        form.add_error(name if name in form.fields else None, row["detail"])


def _secret(request: HttpRequest, made: endpoints.Made) -> HttpResponse:
    return render(request, "webhooks/secret.html", {"row": made.row, "secret": made.secret})


@confirmed
@never_cache
@_FORM
def rotate(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = own(request, pk)
    if request.method == "POST":
        return _secret(request, endpoints.rotate(row=row, actor_id=person(request).pk))
    return render(request, "webhooks/rotate.html", {"row": row})


@login_required
@_FORM
def endpoint(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What it is told, and the form that changes it."""
    row = own(request, pk)
    initial = {"url": row.url, "description": row.description, "types": row.types}
    to_site = row.owner_id is None and row.organization_id is None
    form = EndpointForm(request.POST or None, initial=initial, to_site=to_site)
    if form.is_valid():
        try:
            endpoints.change(row=row, changes=form.cleaned_data, actor_id=person(request).pk)
        except DomainError as error:
            _complain(form, error)
        else:
            messages.success(request, _("The webhook was changed."))
            return redirect("webhook", pk)
    job = _replay_of(row)
    context = {
        "row": row,
        "form": form,
        "replay_form": ReplayForm(),
        "page": _log(request, row),
        "state": request.GET.get("state", ""),
        "states": Delivery.State.choices,
        "job": job,
        "refresh_seconds": _REFRESH_SECONDS if job and not job.is_final else None,
    }
    return render(request, "webhooks/endpoint.html", context, status=422 if form.errors else 200)


def _log(request: HttpRequest, row: Endpoint) -> Any:
    rows = row.deliveries.select_related("message").order_by("-created_at", "-pk")
    state = request.GET.get("state", "")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    return Paginator(rows, _PAGE).get_page(request.GET.get("page"))


@as_system("a replay that somebody else of the organisation began")
def _replay_of(row: Endpoint) -> Job | None:
    """The newest one, while it runs or a little after."""
    today = timezone.now() - timedelta(minutes=10)
    mine = Job.objects.filter(kind=replaying.JOB, args__endpoint_id=str(row.pk))
    return mine.filter(created_at__gt=today).order_by("-id").first()


@login_required
@require_safe
def delivery(request: HttpRequest, pk: UUID, delivery_id: UUID) -> HttpResponse:
    """One message: what was sent, and every try."""
    found = _delivery(own(request, pk), delivery_id)
    context = {"row": found.endpoint, "delivery": found, "shown": queries.detail(found)}
    return render(request, "webhooks/delivery.html", context)


def _delivery(row: Endpoint, delivery_id: UUID) -> Delivery:
    found = row.deliveries.select_related("message", "endpoint").filter(pk=delivery_id).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_POST
def again(request: HttpRequest, pk: UUID, delivery_id: UUID) -> HttpResponse:
    row = own(request, pk)
    try:
        replaying.one(row=_delivery(row, delivery_id))
        messages.success(request, _("It is sent again."))
    except DomainError as error:
        messages.warning(request, error.detail)
    return redirect("webhook-delivery", pk, delivery_id)


@login_required
@require_POST
def test(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        sent = publishing.test(endpoint=own(request, pk))
    except DomainError as error:
        messages.warning(request, error.detail)
        return redirect("webhook", pk)
    return redirect("webhook-delivery", pk, sent.pk)


@login_required
@require_POST
def switch(request: HttpRequest, pk: UUID, state: str) -> HttpResponse:
    endpoints.change(row=own(request, pk), changes={"state": state}, actor_id=person(request).pk)
    return redirect("webhook", pk)


@login_required
@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    row, form = own(request, pk), ReplayForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Give the day and hour to begin from."))
        return redirect("webhook", pk)
    given = form.cleaned_data
    try:
        replaying.span(
            endpoint=row,
            since=given["since"],
            until=given["until"] or timezone.now(),
            missed_only=not given["everything"],
            owner_id=person(request).pk,
        )
    except DomainError as error:
        messages.warning(request, error.detail)
    return redirect("webhook", pk)


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    endpoints.remove(row=own(request, pk), actor_id=person(request).pk)
    messages.success(request, _("The webhook was removed."))
    return redirect("webhooks")
