"""Lines for whoever watches the site: who came in, who did not, who was refused. What gives or
takes a right, or changes a way into an account, is in the audit trail (`tutorme.core.audit`)."""

from typing import Any

import structlog
from django.http import HttpRequest

from accounts.models import User
from tutorme.core.client import address_of

log = structlog.get_logger(__name__)


def signed_in(user: User, *, by: str, address: str) -> None:
    log.info("security.signed_in", user_id=str(user.pk), by=by, address=address)


def sign_in_failed(
    *, by: str, user: User | None = None, request: HttpRequest | None = None
) -> None:
    """`by` is what was shown and did not hold. What was typed is not written: people type their
    password where the name belongs."""
    log.warning("security.sign_in_failed", by=by, **_who(user), **_where(request))


def denied(request: HttpRequest) -> None:
    known = request.user if request.user.is_authenticated else None
    asked = {"method": request.method, "path": request.path}
    log.warning("security.denied", **asked, **_who(known), **_where(request))


def _who(user: User | None) -> dict[str, Any]:
    return {"user_id": str(user.pk)} if user else {}


def _where(request: HttpRequest | None) -> dict[str, str]:
    return {"address": address_of(request)} if request else {}
