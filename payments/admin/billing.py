"""Plans are edited here; subscriptions are read, followed and ended through the services."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from payments.admin.facts import FactInline
from payments.forms import PlanForm
from payments.models import (
    Plan,
    PlanVersion,
    Subscription,
    SubscriptionPeriod,
    SubscriptionTransition,
)
from payments.services import plans, subscription_wishes, subscriptions
from tutorme.core.errors import DomainError
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable
from tutorme.core.read_only_admin import ReadOnlyAdmin


class VersionInline(FactInline):
    model = PlanVersion
    ordering = ("-number",)


@admin.register(Plan)
class PlanAdmin(ModelAdmin):  # type: ignore[misc]
    form = PlanForm
    list_display = ("name", "price", "is_offered", "at_paypal")
    list_filter = ("is_offered",)
    search_fields = ("name", "slug")
    ordering = ("position", "slug")
    inlines = (VersionInline,)
    actions = ("sync",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Plan]:
        return super().get_queryset(request).prefetch_related("versions")  # type: ignore[no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Plan | None = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        """A plan leaves the price list; its subscribers keep it."""
        return False

    def save_model(self, request: HttpRequest, obj: Plan, form: PlanForm, change: Any) -> None:
        super().save_model(request, obj, form, change)
        plans.set_price(
            plan=obj,
            price=form.price,
            unit=form.cleaned_data["unit"],
            count=form.cleaned_data["every"],
            actor_id=request.user.pk,
        )
        if plans.pending():
            messages.info(request, _("Tell PayPal with the action of the list, or paypal_sync."))

    @admin.display(description=_("price"))
    def price(self, plan: Plan) -> str:
        newest = max(plan.versions.all(), key=lambda row: row.number, default=None)
        return newest.price.localized() if newest else ""

    @admin.display(description=_("known to PayPal"), boolean=True)
    def at_paypal(self, plan: Plan) -> bool:
        return {row.state for row in plan.versions.all()} <= {"active", "retired"}

    @admin.action(description=_("Tell PayPal of new and changed plans"), permissions=["change"])
    def sync(self, request: HttpRequest, _rows: QuerySet[Plan]) -> None:
        try:
            steps = plans.sync()
        except (GatewayUnavailable, GatewayMisconfigured) as error:
            messages.error(request, str(error))
            return
        for step in steps:
            told = messages.warning if step.problem else messages.info
            told(request, f"{step.plan} {step.price}: {step.problem or step.action}")
        if not steps:
            messages.info(request, _("PayPal's plans are in line."))


class PeriodInline(FactInline):
    model = SubscriptionPeriod
    ordering = ("-paid_at",)


class TransitionInline(FactInline):
    model = SubscriptionTransition


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "plan", "state", "paid_through", "failures", "review")
    list_filter = ("state", "version__plan", ("review", admin.EmptyFieldListFilter))
    search_fields = ("id", "provider_subscription_id", "user__email", "periods__sale_id")
    list_select_related = ("user", "version__plan")
    ordering = ("-id",)
    inlines = (PeriodInline, TransitionInline)
    actions = ("settle", "resume", "cancel")
    show_full_result_count = False

    @admin.display(description=_("plan"))
    def plan(self, row: Subscription) -> str:
        return row.version.plan.name

    @admin.action(description=_("Ask the provider again"))
    def settle(self, request: HttpRequest, rows: QuerySet[Subscription]) -> None:
        self._each(request, rows, lambda row: subscriptions.settle(row.pk))

    @admin.action(description=_("Take up again, asking for what is owed"))
    def resume(self, request: HttpRequest, rows: QuerySet[Subscription]) -> None:
        self._each(
            request, rows, lambda row: subscription_wishes.resume(row=row, actor=request.user)
        )

    @admin.action(description=_("Cancel: no further payment, paid time stays"))
    def cancel(self, request: HttpRequest, rows: QuerySet[Subscription]) -> None:
        self._each(
            request, rows, lambda row: subscription_wishes.cancel(row=row, actor=request.user)
        )

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[Subscription],
        act: Callable[[Subscription], Any],
    ) -> None:
        for row in rows:
            try:
                done = act(row)
                messages.info(request, f"{row.pk}: {done.state} {done.review}")
            except DomainError as error:
                messages.warning(request, f"{row.pk}: {error.detail}")
