"""What admins fill in to give something out."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from payments.forms import CouponForm
from payments.models import CommissionSchedule, Coupon, CreditLot
from payments.services import commission
from payments.services.coupons import tidy
from tutorme.core import amounts
from tutorme.core.money import CURRENCIES

_CURRENCIES = [(code, code) for code in CURRENCIES]


class SiteCouponForm(CouponForm, forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Coupon
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widgets = {
            "currency": UnfoldAdminSelectWidget,
            "ends_on": UnfoldAdminDateWidget,
            "max_uses": UnfoldAdminIntegerFieldWidget,
            "code": UnfoldAdminTextInputWidget,
        }
        for name, field in self.fields.items():
            chosen = widgets.get(name, UnfoldAdminDecimalFieldWidget)()
            if name == "currency":
                chosen.choices = _CURRENCIES
            field.widget = chosen

    def clean_code(self) -> str:
        code = tidy(self.cleaned_data["code"])
        if Coupon.objects.filter(code=code).exists():
            raise forms.ValidationError(_("This code is taken."))
        return code


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]
    email = forms.EmailField(label=_("E-mail of the person"), widget=UnfoldAdminTextInputWidget)
    amount = forms.CharField(
        max_length=20, widget=UnfoldAdminTextInputWidget, help_text=_("For example 9.00")
    )
    currency = forms.ChoiceField(choices=_CURRENCIES, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)
    days = forms.IntegerField(
        required=False, min_value=1, max_value=3650, widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("Days until it ends; empty keeps for ever."),
    )  # fmt: skip

    class Meta:
        model = CreditLot
        fields: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        people = get_user_model().objects.filter(is_active=True)
        owner = people.filter(email=str(found.get("email", "")).lower()).first()
        if owner is None:
            self.add_error("email", _("Nobody here has this address."))
        found["owner"] = owner
        try:
            found["money"] = amounts.typed(
                str(found.get("amount", "")), str(found.get("currency")), above_zero=True
            )
        except forms.ValidationError as error:
            self.add_error("amount", error)
        return found


class CommissionForm(forms.ModelForm):  # type: ignore[type-arg]
    note = forms.CharField(max_length=200, widget=UnfoldAdminTextInputWidget)
    steps = forms.CharField(
        label=_("Tiers"),
        max_length=400,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("From how many lessons or sales on, and per cent: 0=20, 20=18, 100=15"),
    )

    class Meta:
        model = CommissionSchedule
        fields: tuple[str, ...] = ()

    def clean_steps(self) -> list[list[int]]:
        try:
            pairs = [part.split("=") for part in self.cleaned_data["steps"].split(",")]
            tiers = [[int(start), round(float(rate) * 10)] for start, rate in pairs]
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(_("Write it like 0=20, 20=18.")) from error
        if problem := commission.problem_with(tiers):
            raise forms.ValidationError(problem)
        return tiers
