"""The keys that files are sealed and credentials signed with.

`CERTIFICATE_KEYS` holds named phrases; the first signs, all of them verify. From a phrase follow a
P-256 key (PDF seals) and an Ed25519 key (credentials), always the same ones, so that nothing but
the phrase has to be kept.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True)
class Keys:
    name: str
    seal: ec.EllipticCurvePrivateKey
    credential: ed25519.Ed25519PrivateKey

    @property
    def public_bytes(self) -> bytes:
        """Of the credential key, raw."""
        raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
        return self.credential.public_key().public_bytes(*raw)


def current() -> Keys:
    return all_keys()[0]


def all_keys() -> tuple[Keys, ...]:
    return _derived(tuple(settings.CERTIFICATE_KEYS))


@lru_cache(maxsize=4)
def _derived(configured: tuple[str, ...]) -> tuple[Keys, ...]:
    return tuple(_keys(*entry.partition(":")[::2]) for entry in configured)


def _keys(name: str, phrase: str) -> Keys:
    number = int.from_bytes(_stretched(phrase, b"tutorme seal"), "big") % (_P256_ORDER - 1) + 1
    return Keys(
        name=name[:40],
        seal=ec.derive_private_key(number, ec.SECP256R1()),
        credential=ed25519.Ed25519PrivateKey.from_private_bytes(
            hashlib.sha256(_stretched(phrase, b"tutorme credential")).digest()
        ),
    )


def _stretched(phrase: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=purpose).derive(
        phrase.encode()
    )
