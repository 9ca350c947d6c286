"""What a service refused, said beside the field it speaks of."""

from django import forms
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts import pauses
from tutorme.core.errors import DomainError, InvalidInput


def add_refusal(form: forms.Form, error: DomainError, *, field: str | None = None) -> None:
    """Puts each part of an `InvalidInput` at its field; anything else at `field`, or on top."""
    rows = error.extras.get("errors", []) if isinstance(error, InvalidInput) else []
    for row in rows:
        name = str(row["pointer"]).strip("/").partition("/")[0]
        form.add_error(name if name in form.fields else None, str(row["detail"]))
    if not rows:
        form.add_error(field, str(error.detail))


def too_often(request: HttpRequest, error: DomainError) -> str:
    """What to say to somebody who has to wait; the answer becomes a 429 with `Retry-After`."""
    pauses.ask_to_wait(request, error.wait_s)
    minutes = -(-error.wait_s // 60)
    wait = ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes)
    return f"{error.title}. {wait % {'n': minutes}}"
