"""The price list and one's subscription as pages."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments.errors import SubscriptionBusy
from payments.gateways import paypal
from payments.models import Feature, Plan, PlanVersion, Subscription
from payments.services import subscription_wishes as wishes
from payments.services import subscriptions
from tutorme.core.errors import DomainError, ProviderNotConfigured

State = Subscription.State
WORDS = {
    State.APPROVAL_PENDING: (gettext_lazy("not agreed yet"), "plain"),
    State.APPROVED: (gettext_lazy("about to begin"), "attention"),
    State.ACTIVE: (gettext_lazy("runs"), "done"),
    State.PAST_DUE: (gettext_lazy("a payment failed"), "problem"),
    State.SUSPENDED: (gettext_lazy("stopped"), "problem"),
    State.CANCELLED: (gettext_lazy("cancelled"), "plain"),
    State.EXPIRED: (gettext_lazy("ended"), "plain"),
}
_PAUSED = (gettext_lazy("paused"), "attention")


def words_of(row: Subscription) -> tuple[Any, str]:
    return _PAUSED if row.paused_at else WORDS[State(row.state)]


def offers() -> list[tuple[Plan, PlanVersion]]:
    """What can be subscribed to today, with its price."""
    rows = PlanVersion.objects.filter(state="active", plan__is_offered=True)
    rows = rows.select_related("plan").order_by("plan__position", "plan__slug")
    return [(version.plan, version) for version in rows]


def features_of(plan: Plan) -> list[Any]:
    return [Feature(word).label for word in plan.features]


def _mine(request: HttpRequest) -> Subscription | None:
    rows = Subscription.objects.of(request.user).live()
    return rows.select_related("version__plan", "next_version__plan", "change_to__plan").first()


@require_safe
def pricing(request: HttpRequest) -> HttpResponse:
    """What there is, what it opens, what it costs."""
    mine = _mine(request) if request.user.is_authenticated else None
    rows = [
        {"plan": plan, "version": version, "features": features_of(plan)}
        for plan, version in offers()
    ]
    context = {"rows": rows, "mine": mine, "off": not paypal.is_configured()}
    return _leading_to_paypal(render(request, "payments/pricing.html", context))


def _leading_to_paypal(response: HttpResponse) -> HttpResponse:
    # A form's redirects count as its action: without this the way to the provider is blocked.
    response._csp_update = {"form-action": [paypal.payer_origin()]}  # type: ignore[attr-defined]
    return response


@login_required
@require_POST
def subscribe(request: HttpRequest, slug: str) -> HttpResponse:
    plan = get_object_or_404(Plan, slug=slug)
    try:
        row = subscriptions.subscribe(user=request.user, plan=plan)
    except SubscriptionBusy:
        return redirect("subscriptions")
    except DomainError as error:
        _say(request, error)
        return redirect("subscriptions" if error.status == 409 else "pricing")
    if row.state == State.APPROVAL_PENDING and row.approve_url:
        return redirect(row.approve_url)
    return redirect("subscriptions")


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What one has, what it costs, what can be done about it, and what was paid."""
    every = Subscription.objects.of(request.user).select_related("version__plan")
    mine = _mine(request)
    shown = every.prefetch_related("periods__version__plan", "periods__documents")
    periods = (row for one in shown for row in one.periods.all())
    word, badge = words_of(mine) if mine else ("", "")
    context = {
        "row": mine,
        "word": word,
        "badge": badge,
        "features": features_of(mine.version.plan) if mine else [],
        "others": _others(mine),
        "can_pause": mine is not None and mine.state == State.ACTIVE and not _was_paused(mine),
        "lasting": _lasting(every) if mine is None else None,
        "payments": sorted(periods, key=lambda row: row.paid_at, reverse=True),
        "refresh_seconds": 5 if mine and (mine.wish or mine.state == State.APPROVED) else None,
    }
    return render(request, "payments/subscriptions.html", context)


def _was_paused(row: Subscription) -> bool:
    return row.paused_in_cycle == row.periods.count()


def _others(mine: Subscription | None) -> list[tuple[Plan, PlanVersion]]:
    """The plans one could change to."""
    if mine is None or mine.state != State.ACTIVE:
        return []
    agreed = {mine.version.plan_id, mine.next_version.plan_id if mine.next_version else None}
    return [
        (plan, version)
        for plan, version in offers()
        if plan.pk not in agreed and version.currency == mine.version.currency
    ]


def _lasting(every: Any) -> Subscription | None:
    """One that was cancelled and still opens what was paid for."""
    found: Subscription | None = every.opening().order_by("-access_until").first()
    return found


def _own(request: HttpRequest, pk: UUID) -> Subscription:
    rows = Subscription.objects.of(request.user).filter(pk=pk)
    row = rows.select_related("version__plan", "next_version__plan").first()
    if row is None:
        raise Http404
    return row


def _do(request: HttpRequest, act: Callable[[], Subscription], done: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        _say(request, error)
    else:
        messages.success(request, done)
    return redirect("subscriptions")


def _say(request: HttpRequest, error: DomainError) -> None:
    if isinstance(error, ProviderNotConfigured):
        messages.warning(request, _("Paying is switched off on this site right now."))
    else:
        told = messages.info if error.status == 503 else messages.error
        told(request, error.detail)


@login_required
@require_POST
def pause(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _own(request, pk)
    done = _("It rests. No payment is taken until you take it up again.")
    return _do(request, lambda: wishes.pause(row=row, actor=request.user), done)


@login_required
@require_POST
def resume(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = _own(request, pk)
    return _do(request, lambda: wishes.resume(row=row, actor=request.user), _("It runs again."))


@login_required
@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The button "look again"."""
    row = _own(request, pk)
    return _do(request, lambda: subscriptions.settle(row.pk), _("This is how it stands."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What ends and when, then the button."""
    row = _own(request, pk)
    if request.method == "POST":
        done = _("It is cancelled. Nothing more is taken.")
        return _do(request, lambda: wishes.cancel(row=row, actor=request.user), done)
    if not row.is_live:
        return redirect("subscriptions")
    context = {"row": row, "features": features_of(row.version.plan)}
    return render(request, "payments/subscription_cancel.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, pk: UUID, slug: str) -> HttpResponse:
    """What changes, when, and what it then costs; then on to PayPal to agree."""
    row, plan = _own(request, pk), get_object_or_404(Plan, slug=slug)
    version = plan.versions.filter(state="active").first()
    if version is None:
        raise Http404
    if request.method == "POST":
        try:
            return redirect(wishes.change(row=row, plan=plan, actor=request.user).change_url)
        except DomainError as error:
            _say(request, error)
            return redirect("subscriptions")
    here, there = set(row.version.plan.features), set(plan.features)
    context = {
        "row": row,
        "plan": plan,
        "version": version,
        "gained": [Feature(word).label for word in plan.features if word not in here],
        "lost": [Feature(word).label for word in row.version.plan.features if word not in there],
    }
    return _leading_to_paypal(render(request, "payments/subscription_change.html", context))


@login_required
@require_safe
def returned(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the payer back. What it says in the URL is only a hint."""
    row = _named(request)
    try:
        subscriptions.settle(row.pk)
    except DomainError as error:
        _say(request, error)
    return redirect("subscriptions")


@login_required
@require_safe
def turned_back(request: HttpRequest) -> HttpResponse:
    row = _named(request)
    was = row.state
    if subscriptions.turned_back(row=row).state == State.EXPIRED and was != State.EXPIRED:
        messages.info(request, _("You turned back at PayPal. Nothing was agreed to."))
        return redirect("pricing")
    return redirect("subscriptions")


def _named(request: HttpRequest) -> Subscription:
    named = request.GET.get("subscription_id", "")
    row = Subscription.objects.of(request.user).filter(provider_subscription_id=named).first()
    if row is None:
        raise Http404
    return row
