"""What people fill in: admins first, then buyers and sellers."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from payments.models import BillingDetails, Feature, Plan, PlanVersion
from tutorme.core import amounts
from tutorme.core.money import CURRENCIES, Money


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """A plan with today's price. Another price makes a new version: subscribers keep theirs."""

    features = forms.MultipleChoiceField(
        choices=Feature.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    amount = forms.CharField(
        max_length=20, widget=UnfoldAdminTextInputWidget, help_text=_("For example 9.00")
    )
    currency = forms.ChoiceField(
        choices=[(code, code) for code in CURRENCIES], widget=UnfoldAdminSelectWidget
    )
    every = forms.IntegerField(
        min_value=1, max_value=12, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )
    unit = forms.ChoiceField(choices=PlanVersion.Unit.choices, widget=UnfoldAdminSelectWidget)

    credit = forms.CharField(
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Credit that comes with each payment; empty gives none."),
    )

    class Meta:
        model = Plan
        fields = ("slug", "name", "description", "features", "is_offered", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = self._newest()
        if newest:
            self.initial["amount"] = newest.price.amount
            self.initial["currency"] = newest.currency
            self.initial["every"], self.initial["unit"] = newest.count, newest.unit
            if self.instance.credit_minor:
                credit = Money(self.instance.credit_minor, newest.currency)
                self.initial["credit"] = credit.amount
        else:
            self.initial.setdefault("unit", PlanVersion.Unit.MONTH)
            self.initial.setdefault("currency", "EUR")

    def _newest(self) -> PlanVersion | None:
        if self.instance._state.adding:
            return None
        found: PlanVersion | None = self.instance.versions.order_by("-number").first()
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "amount" in given and "currency" in given:
            try:
                self.price = amounts.typed(given["amount"], given["currency"], above_zero=True)
            except forms.ValidationError as error:
                self.add_error("amount", error)
            self._clean_credit(given)
        return given

    def _clean_credit(self, given: dict[str, Any]) -> None:
        try:
            credit = amounts.typed(given.get("credit") or "0", given["currency"])
        except forms.ValidationError as error:
            self.add_error("credit", error)
        else:
            if credit.minor >= 2**31:
                self.add_error("credit", _("This is more than a plan can give."))
            self.instance.credit_minor = credit.minor


# Buyers and sellers ------------------------------------------------------------------------------


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in CURRENCIES]


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=200,
        help_text=_("The seller reads it; it changes nothing about what you get."),
    )
    as_credit = forms.BooleanField(
        label=_("All of it as credit, to spend here at once"), required=False
    )


class EndPackageForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Your student reads it."),
    )


class BillingForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = BillingDetails
        fields = ("name", "address", "country", "tax_number")
        labels = {
            "name": _("Name or company"),
            "address": _("Address"),
            "country": _("Country"),
            "tax_number": _("Tax number"),
        }
        help_texts = {"country": _("Two letters, such as SE.")}
        widgets = {"address": forms.Textarea(attrs={"rows": 4})}

    def clean_country(self) -> str:
        code = str(self.cleaned_data["country"]).upper()
        if code and not (len(code) == 2 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("Give the two letters of a country."))
        return code


class PayoutMethodForm(forms.Form):
    email = forms.EmailField(label=_("PayPal address"), max_length=254)


class CouponForm(forms.Form):
    """Terms as `services.coupons.create` wants them are `terms()`."""

    code = forms.RegexField(
        r"^[A-Za-z0-9-]{3,30}$",
        label=_("Code"),
        help_text=_("Letters, digits and hyphens; capitals do not matter."),
    )
    percent = forms.DecimalField(
        label=_("Per cent off"), required=False, min_value=Decimal("0.1"), max_value=100,
        max_digits=4, decimal_places=1,
    )  # fmt: skip
    amount = forms.DecimalField(
        label=_("Or an amount off"), required=False, min_value=0, max_digits=9, decimal_places=2
    )
    currency = forms.ChoiceField(label=_("Currency of the amount"), choices=_currencies)
    minimum = forms.DecimalField(
        label=_("From a price of"), required=False, min_value=0, max_digits=9, decimal_places=2
    )
    ends_on = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    max_uses = forms.IntegerField(
        label=_("How often in all"), required=False, min_value=1, max_value=1_000_000
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if bool(found.get("percent")) == bool(found.get("amount")):
            self.add_error("percent", _("Give per cent or an amount, one of the two."))
        for name in ("amount", "minimum"):
            self._as_money(found, name)
        return found

    def _as_money(self, found: dict[str, Any], name: str) -> None:
        if found.get(name) and found.get("currency"):
            try:
                found[name] = amounts.typed(str(found[name]), found["currency"])
            except forms.ValidationError as error:
                self.add_error(name, error)

    def terms(self, zone: str) -> dict[str, Any]:
        found = self.cleaned_data
        amount, minimum, last = found.get("amount"), found.get("minimum"), found.get("ends_on")
        end = last + timedelta(days=1) if last else None
        return {
            "code": found["code"],
            "per_mille": int(found["percent"] * 10) if found.get("percent") else None,
            "amount_minor": amount.minor if amount else None,
            "currency": amount.currency if amount else "",
            "minimum_minor": minimum.minor if minimum else 0,
            "ends_at": datetime.combine(end, time.min, ZoneInfo(zone)) if end else None,
            "max_uses": found.get("max_uses"),
        }


class PackageOfferForm(forms.Form):
    title = forms.CharField(label=_("What it is"), max_length=120)
    units = forms.IntegerField(label=_("How many lessons"), min_value=2, max_value=50)
    price = forms.DecimalField(
        label=_("Price of the package"), min_value=0, max_digits=9, decimal_places=2
    )
    single_price = forms.DecimalField(
        label=_("Price of one lesson alone"), min_value=0, max_digits=9, decimal_places=2,
        help_text=_("Used lessons count at this price when a student ends the package early."),
    )  # fmt: skip
    currency = forms.ChoiceField(label=_("Currency"), choices=_currencies)
    valid_days = forms.IntegerField(
        label=_("Days to use them in"), min_value=7, max_value=730, initial=180
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("price", "single_price"):
            if found.get(name) is None or not found.get("currency"):
                continue
            try:
                money = amounts.typed(str(found[name]), found["currency"], above_zero=True)
            except forms.ValidationError as error:
                self.add_error(name, error)
            else:
                found[f"{name}_minor"] = money.minor
        return found

    def terms(self) -> dict[str, Any]:
        names = (
            "title", "units", "price_minor", "single_price_minor", "currency", "valid_days",
        )  # fmt: skip
        return {name: self.cleaned_data[name] for name in names}
