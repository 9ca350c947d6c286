"""Ways through networks: STUN tells a browser its address, TURN carries what cannot go directly.

TURN credentials follow the REST scheme every TURN server knows (coturn's `use-auth-secret`): the
name is the moment it ends and whom it is for, the password that name signed with a shared secret.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings


def expiry(now: datetime) -> datetime:
    return now + timedelta(seconds=settings.ICE["turn_seconds"])


def servers(*, identity: str, expires_at: datetime) -> list[dict[str, Any]]:
    """As `RTCPeerConnection` takes them; empty finds people of one network alone."""
    found: list[dict[str, Any]] = []
    if settings.ICE["stun_urls"]:
        found.append({"urls": list(settings.ICE["stun_urls"])})
    if settings.ICE["turn_urls"] and settings.ICE["turn_secret"]:
        username = f"{int(expires_at.timestamp())}:{identity}"
        found.append(
            {
                "urls": list(settings.ICE["turn_urls"]),
                "username": username,
                "credential": signed(username, settings.ICE["turn_secret"]),
            }
        )
    return found


def signed(username: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
