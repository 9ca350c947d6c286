"""How Zoom signs what it sends (Zoom, "Using webhooks"): `v0=` and the HMAC-SHA256 of version, time
and body. Asked whether an address is ours, we answer with the HMAC of a word of Zoom's choice; as
that word could be a message somebody wants signed, only a signed question is answered."""

import hashlib
import hmac
import time

VALIDATION = "endpoint.url_validation"
_TOLERANCE_S = 300


def is_genuine(*, secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    if not secret or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(time.time() - int(timestamp[:12])) > _TOLERANCE_S:
        return False
    wanted = signed(secret, timestamp, body)
    return hmac.compare_digest(wanted.encode(), signature.encode())


def signed(secret: str, timestamp: str, body: bytes) -> str:
    said = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()}"


def proof(secret: str, word: str) -> str:
    return hmac.new(secret.encode(), word.encode(), hashlib.sha256).hexdigest()
