"""What admins give out: site coupons, gifts of credit, packs to buy, the house's share. Adding one
calls its service; what people were told is not typed over afterwards."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.admin.confirmed import ConfirmedAdding, confirmed
from payments.admin import acts
from payments.admin.forms import CommissionForm, GrantForm, SiteCouponForm
from payments.models import (
    CommissionSchedule,
    Coupon,
    CreditLot,
    CreditPack,
    PackageOffer,
    PayoutMethod,
)
from payments.services import commission, coupons, credits, payouts
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin, TracedAdmin


class AddOnlyAdmin(ConfirmedAdding, ReadOnlyAdmin):
    """Rows are added through a service, then facts."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(super(ReadOnlyAdmin, self).has_add_permission(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else super().get_readonly_fields(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        if obj is None:
            return list(self.form.base_fields)
        return [field.name for field in self.model._meta.fields]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if object_id is None:
            return self._added(request, form_url, extra_context)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _added(
        self, request: HttpRequest, form_url: str, extra_context: dict[str, Any] | None
    ) -> Any:
        """What a service refuses is told above the form, which is then empty again."""
        try:
            return TracedAdmin.changeform_view(self, request, None, form_url, extra_context)
        except DomainError as refusal:
            messages.error(request, str(refusal.detail))
            return redirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Model, form: forms.Form, change: Any) -> None:
        made = self.make(request, form)
        obj.pk = made.pk
        obj.refresh_from_db()

    def make(self, request: HttpRequest, form: Any) -> Model:
        raise TypeError(f"{type(self).__name__} says how its rows are made")


@admin.register(Coupon)
class CouponAdmin(AddOnlyAdmin):
    form = SiteCouponForm
    list_display = ("code", "off", "owner", "kind", "uses", "max_uses", "ends_at", "is_active")
    list_filter = ("is_active", "kind")
    search_fields = ("code", "owner__email")
    list_select_related = ("owner",)
    ordering = ("-id",)
    actions = (acts.switch,)

    def make(self, request: HttpRequest, form: SiteCouponForm) -> Coupon:
        return coupons.create(actor=request.user, owner_id=None, terms=form.terms("UTC"))

    @admin.display(description=_("off"))
    def off(self, row: Coupon) -> str:
        return row.amount.localized() if row.amount else f"{row.percent}%"


@admin.register(CreditLot)
class CreditLotAdmin(AddOnlyAdmin):
    form = GrantForm
    list_display = ("owner", "source", "left_now", "reason", "granted_by", "expires_at")
    list_filter = ("source", "currency")
    search_fields = ("owner__email", "reference")
    list_select_related = ("owner", "granted_by")
    ordering = ("-id",)

    def make(self, request: HttpRequest, form: GrantForm) -> CreditLot:
        found = form.cleaned_data
        return credits.grant(
            owner=found["owner"],
            amount=found["money"],
            reason=found["reason"],
            actor=request.user,
            key=f"admin:{uuid.uuid4()}",
            days=found["days"],
        )

    @admin.display(description=_("left"))
    def left_now(self, row: CreditLot) -> str:
        return row.left.localized()


@admin.register(CommissionSchedule)
class CommissionScheduleAdmin(AddOnlyAdmin):
    """The newest counts, for orders from then on."""

    form = CommissionForm
    list_display = ("created_at", "note", "tiers", "created_by")
    list_select_related = ("created_by",)
    ordering = ("-id",)

    def make(self, request: HttpRequest, form: CommissionForm) -> CommissionSchedule:
        found = form.cleaned_data
        return commission.publish(tiers=found["steps"], note=found["note"], actor=request.user)


@admin.register(CreditPack)
class CreditPackAdmin(TracedAdmin):
    list_display = ("amount_minor", "price_minor", "currency", "valid_days", "is_offered")
    list_filter = ("is_offered", "currency")
    ordering = ("currency", "amount_minor")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("amount_minor", "price_minor", "currency", "valid_days") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """It is offered no longer instead: orders point at it."""
        return False


@admin.register(PackageOffer)
class PackageOfferAdmin(ReadOnlyAdmin):
    list_display = ("title", "seller", "units", "cost", "valid_days", "is_offered")
    list_filter = ("is_offered", "currency")
    search_fields = ("title", "seller__email")
    list_select_related = ("seller",)
    ordering = ("-id",)
    actions = (acts.withdraw,)

    @admin.display(description=_("price"))
    def cost(self, row: PackageOffer) -> str:
        return row.price.localized()


@admin.register(PayoutMethod)
class PayoutMethodAdmin(ReadOnlyAdmin):
    list_display = ("user", "email", "usable_from", "changed_at")
    search_fields = ("user__email", "email")
    list_select_related = ("user",)
    actions = ("collect",)

    @admin.action(description=_("Draft payouts of what these sellers are owed"))
    @confirmed
    def collect(self, request: HttpRequest, rows: QuerySet[PayoutMethod]) -> None:
        payees = set(rows.values_list("user_id", flat=True))
        for batch in payouts.collect(actor=request.user, payees=payees):
            messages.info(request, f"{batch}: {batch.state}")
