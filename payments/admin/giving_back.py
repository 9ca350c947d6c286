"""Giving money back asks how much, as what and why, beside what it would do; then it is done."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from payments.services import refunds
from tutorme.core import amounts
from tutorme.core.money import Money


class RefundForm(forms.Form):
    amount = forms.CharField(
        label=_("Amount"),
        max_length=20,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("For example 9.00; empty gives back all that is left."),
    )
    as_credit = forms.BooleanField(
        label=_("As credit, to spend here"), required=False, widget=UnfoldBooleanWidget
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Kept in the audit trail, and shown to the payer by PayPal."),
    )

    def __init__(self, *args: Any, currencies: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._currencies = sorted(set(currencies))

    def clean_amount(self) -> Money | None:
        given = self.cleaned_data["amount"].strip()
        if not given:
            return None
        if len(self._currencies) != 1:
            raise forms.ValidationError(_("These are in several currencies: one by one, please."))
        return amounts.typed(given, self._currencies[0], above_zero=True)


def ask(
    request: HttpRequest,
    rows: Iterable[Any],
    *,
    left: Callable[[Any], Money],
    paid_at: Callable[[Any], Any],
) -> dict[str, Any] | HttpResponse:
    """What was typed, or the page that asks for it (again)."""
    shown = [
        {"row": row, "left": left(row).localized(), "is_old": refunds.is_too_old(paid_at(row))}
        for row in rows
    ]
    given = request.POST if "asked" in request.POST else None
    form = RefundForm(given, currencies=[left(one["row"]).currency for one in shown])
    if form.is_valid():
        return dict(form.cleaned_data)
    context = {
        **admin.site.each_context(request),
        "title": _("Give money back"),
        "form": form,
        "shown": shown,
        "days": refunds.PROVIDER_WINDOW.days,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "opts": shown[0]["row"]._meta if shown else None,
    }
    return render(request, "admin/payments/refund.html", context)
