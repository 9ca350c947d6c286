"""Rate limits of the API over the atomic limiter, with RateLimit headers (draft 11)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from tutorme.core.client import address_of
from tutorme.core.limits import Limit, Verdict, hit

if TYPE_CHECKING:
    # DRF imports this module while it builds that class.
    from rest_framework.views import APIView

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Counted:
    limit: Limit
    verdict: Verdict

    def headers(self) -> dict[str, str]:
        name, policy = self.limit.name, self.limit
        left, reset = self.verdict.remaining, self.verdict.retry_after_s
        return {
            "RateLimit-Policy": f'"{name}";q={policy.count};w={policy.seconds}',
            "RateLimit": f'"{name}";r={left};t={reset}',
        }


def scope_of(request: Request, view: "APIView") -> str:
    named = getattr(view, "limit_scope", None)
    if named and not (isinstance(named, dict) and request.method not in named):
        return str(named[request.method] if isinstance(named, dict) else named)
    if not request.user.is_authenticated:
        return "anonymous"
    return "default" if request.method in _READS else "write"


class ScopedLimit(BaseThrottle):
    """One limit a request, by the view's `limit_scope`, else by who asks and what for."""

    counted: Counted | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = scope_of(request, view)
        count, seconds = settings.API_LIMITS[scope]
        limit = Limit(scope, count, seconds)
        user_id = getattr(request.user, "pk", None)
        who = f"user:{user_id}" if user_id else f"address:{address_of(request)}"
        self.counted = Counted(limit, hit(limit, who))
        request._request.rate_limit = self.counted  # type: ignore[attr-defined]
        return self.counted.verdict.allowed

    def wait(self) -> float | None:
        return float(self.counted.verdict.retry_after_s) if self.counted else None
