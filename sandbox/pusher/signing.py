"""Signatures of Pusher's protocol (pusher/docs: rest-api.md, auth-signatures.md)."""

import hashlib
import hmac
import time
from collections.abc import Mapping

APP_ID, KEY, SECRET = "1", "sandbox-key", "sandbox-secret"
_SKEW_S = 600


def signature(text: str) -> str:
    return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def request_problem(method: str, path: str, query: Mapping[str, str], body: bytes) -> str:
    """What is wrong with a signed request of the HTTP API, or ""."""
    if query.get("auth_key") != KEY:
        return "unknown auth_key"
    stamp = query.get("auth_timestamp", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > _SKEW_S:
        return "Timestamp expired"
    if method == "POST" and query.get("body_md5") != hashlib.md5(body).hexdigest():  # noqa: S324
        return "body_md5 does not fit"
    rest = sorted((k.lower(), v) for k, v in query.items() if k != "auth_signature")
    told = "\n".join([method, path, "&".join(f"{k}={v}" for k, v in rest)])
    if not hmac.compare_digest(query.get("auth_signature", ""), signature(told)):
        return "Invalid signature"
    return ""


def lets_in(auth: str, socket_id: str, channel: str, channel_data: str = "") -> bool:
    told = f"{socket_id}:{channel}" + (f":{channel_data}" if channel_data else "")
    return hmac.compare_digest(auth, f"{KEY}:{signature(told)}")
