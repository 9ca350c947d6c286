"""What moves money in the admin is asked of somebody who showed a moment ago who they are.

    @admin.action(description=_("Give money back"))
    @confirmed
    def refund(self, request, rows): ...

Who did not is led to the page that asks, and from there on into the action they chose, with the
rows they chose: the same form post, without a script. Forms that add something take the mixin.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.views.confirmed import unless_recent

Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponseBase | None]


def confirmed(action: Action) -> Action:
    @wraps(action)
    def asked(admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponseBase | None:
        return unless_recent(request) or action(admin, request, rows)

    asked.is_confirmed = True  # type: ignore[attr-defined]
    return asked


class ConfirmedAdding:
    """Asks before the empty form is shown, and again where it was open for long."""

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return unless_recent(request) or super().add_view(  # type: ignore[misc]
            request, *args, **kwargs
        )
