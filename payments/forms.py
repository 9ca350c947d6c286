"""What admins fill in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from payments.models import Feature, Plan, PlanVersion
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
                self.price = Money.parse(given["amount"], given["currency"])
            except ValueError as error:
                self.add_error("amount", str(error))
            else:
                if self.price.minor <= 0:
                    self.add_error("amount", _("A plan costs something."))
        return given
