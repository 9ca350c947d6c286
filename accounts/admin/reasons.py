"""Acts on people carry a reason: an action asks for it on a page of its own, then runs."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the audit trail; of a tutor's application, it is what they are told."),
    )


def ask(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    action: str,
    title: str | Promise,
    form: type[forms.Form] = ReasonForm,
) -> dict[str, Any] | HttpResponse:
    """What was typed, or the page that asks for it (again)."""
    asked = form(request.POST if "asked" in request.POST else None)
    if asked.is_valid():
        return dict(asked.cleaned_data)
    context = {
        **admin.site.each_context(request),
        "title": title,
        "form": asked,
        "rows": list(rows[:50]),
        "count": rows.count(),
        "action": action,
        "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
        "checkbox": ACTION_CHECKBOX_NAME,
        "opts": rows.model._meta,
    }
    return render(request, "admin/accounts/ask.html", context)
