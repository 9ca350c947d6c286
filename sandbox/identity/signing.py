"""What the stand-ins sign with: one RSA key a process, shown as JWKS and as a certificate."""

import base64
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

KID = "sandbox-1"
LIFE_S = 3600
# The phrase both sides make the key of Apple's client secret from; it opens nothing real.
_APPLE_PHRASE = b"sandbox apple key"
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@lru_cache(maxsize=4)
def key(which: str) -> rsa.RSAPrivateKey:
    """`own` is the one that is published; any other is somebody else's."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwks() -> dict[str, Any]:
    row = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key("own").public_key()))
    return {"keys": [{**row, "kid": KID, "use": "sig", "alg": "RS256"}]}


@lru_cache(maxsize=1)
def certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("own").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key("own"), hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def id_token(claims: dict[str, Any], *, headers: dict[str, Any] | None = None) -> str:
    """Claims over the ordinary ones; a claim of None is left out. `signed_by` names the key."""
    now = int(time.time())
    signed_by = claims.pop("signed_by", "own")
    whole = {"iat": now, "exp": now + LIFE_S, **claims}
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode(kept, key(signed_by), "RS256", headers={"kid": KID, **(headers or {})})


def apple_public_key() -> ec.EllipticCurvePublicKey:
    number = int.from_bytes(hashlib.sha256(_APPLE_PHRASE).digest(), "big") % _P256_ORDER
    return ec.derive_private_key(number, ec.SECP256R1()).public_key()


def challenge_of(verifier: str) -> str:
    """PKCE's S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
