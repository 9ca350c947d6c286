"""What a browser holds between asking for a code and typing it: the code's id, never the code."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from accounts.models import MailedCode

_HELD = "mailed_code"


def hold(request: HttpRequest, code: MailedCode, *, next_url: str = "") -> None:
    kept = request.session.get(f"{_HELD}:{code.purpose}", {})
    request.session[f"{_HELD}:{code.purpose}"] = {
        "id": str(code.pk),
        "email": code.email,
        "next": next_url or kept.get("next", ""),
    }


def held(request: HttpRequest, purpose: MailedCode.Purpose) -> dict[str, Any] | None:
    """`id`, `email` and `next` of the code this browser waits for."""
    kept = request.session.get(f"{_HELD}:{purpose}")
    return {**kept, "id": UUID(kept["id"])} if kept else None


def drop(request: HttpRequest, purpose: MailedCode.Purpose) -> None:
    request.session.pop(f"{_HELD}:{purpose}", None)
