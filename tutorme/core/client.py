"""Where a request comes from, trusting exactly as many proxies as the operator named."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def address_of(request: HttpRequest | Request) -> str:
    """The client's address. With N trusted proxies it is the N-th entry of X-Forwarded-For from
    the right: what stands further left was written by the client."""
    proxies: int = settings.TRUSTED_PROXY_COUNT
    forwarded: list[str] = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    ]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return forwarded[-proxies][:64]
    return str(request.META.get("REMOTE_ADDR", "") or "unknown")
