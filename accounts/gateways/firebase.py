"""Firebase ID tokens, checked by the rules of Firebase's own verifier.

Source: firebase-admin (Python), `_token_gen._JWTVerifier`. There is no switch that believes an
unsigned token: the emulator's are refused like any other forgery.
"""

import time
from dataclasses import dataclass

from django.conf import settings

from accounts.gateways import identity
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected

_LONGEST_UID = 128


@dataclass(frozen=True)
class FirebasePerson:
    uid: str
    email: str
    email_verified: bool
    name: str


def is_configured() -> bool:
    return bool(settings.FIREBASE["project_id"])


def person_of(id_token: str) -> FirebasePerson:
    """Raises `GatewayRejected` for whatever is wrong with the token."""
    if not is_configured():
        raise GatewayMisconfigured("FIREBASE_PROJECT_ID is empty")
    project = settings.FIREBASE["project_id"]
    claims = identity.verified_claims(
        id_token,
        keys_url=settings.FIREBASE["certs_url"],
        audience=project,
        algorithms=("RS256",),
    )
    if claims["iss"] != f"https://securetoken.google.com/{project}":
        raise GatewayRejected("wrong-issuer")
    uid, signed_in_at = claims["sub"], claims.get("auth_time")
    if not isinstance(uid, str) or not 1 <= len(uid) <= _LONGEST_UID:
        raise GatewayRejected("bad-subject")
    if not isinstance(signed_in_at, int) or signed_in_at > time.time() + identity.LEEWAY_S:
        raise GatewayRejected("bad-auth-time")
    return FirebasePerson(
        uid=uid,
        email=str(claims.get("email") or "").lower(),
        email_verified=claims.get("email_verified") is True,
        name=str(claims.get("name") or "")[:80],
    )
