"""Certificates as Open Badges 3.0 credentials: W3C Verifiable Credentials with an
`eddsa-rdfc-2022` Data Integrity proof, by an issuer that is found as `did:web`.

A credential is a pure function of the certificate's frozen facts and the key: Ed25519 has no chance
in it, so the same certificate always gives the same document.
"""

import copy
import gzip
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import base58
import jwt
from django.conf import settings
from pyld import jsonld

from certificates import signing_keys
from certificates.models import Certificate
from certificates.signing_keys import Keys

VC = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_FILES = {VC: "credentials-v2.json", OB: "ob-v3p0-context-3.0.3.json"}
_FOLDER = Path(__file__).resolve().parent / "contexts"
_ED25519 = b"\xed\x01"
# As long as the specification wants a list at least, so that asking for one tells nothing.
LIST_BITS = 131_072
# Odd, so that numbers in a row go to places all over the list and no two to the same.
_SCATTER = 40_503


def did() -> str:
    """`https://host:port` is `did:web:host%3Aport`."""
    return f"did:web:{urlsplit(settings.PUBLIC_BASE_URL).netloc.replace(':', '%3A')}"


def did_document() -> dict[str, Any]:
    """For `/.well-known/did.json`: every key that may have signed."""
    methods = [
        {
            "id": _method(keys),
            "type": "Multikey",
            "controller": did(),
            "publicKeyMultibase": _multibase(_ED25519 + keys.public_bytes),
        }
        for keys in signing_keys.all_keys()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did(),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _method(keys: Keys) -> str:
    return f"{did()}#{keys.name}"


def _multibase(raw: bytes) -> str:
    return f"z{base58.b58encode(raw).decode()}"


def of(certificate: Certificate) -> dict[str, Any]:
    """Signed. What it says is on the public page already, but for the learner's address, which
    is there as a salted hash for whoever knows it."""
    facts, base = certificate.facts, certificate.public_base_url
    issued_at = certificate.issued_at or certificate.created_at
    return sign(
        {
            "@context": [VC, OB],
            "id": f"{certificate.verify_url}credential.json",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": f"{facts['words']['heading']}: {facts['course']}",
            "issuer": {"id": did(), "type": ["Profile"], "name": facts["issuer"], "url": base},
            "validFrom": _moment(issued_at),
            "credentialSubject": _subject(certificate),
            "credentialStatus": _status(certificate),
        },
        at=issued_at,
    )


def _subject(certificate: Certificate) -> dict[str, Any]:
    facts = certificate.facts
    subject: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "identifier": [_name(facts["recipient"])],
        "achievement": {
            "id": f"{certificate.public_base_url}/achievements/{_achievement(certificate)}",
            "type": ["Achievement"],
            "achievementType": "Course",
            "name": facts["course"],
            "description": f"{facts['words']['completed']} {facts['course']}.",
            "criteria": {"narrative": "All required parts of the course are complete."},
        },
    }
    if facts.get("email"):
        salt = certificate.code.replace("-", "")
        digest = hashlib.sha256((facts["email"] + salt).encode()).hexdigest()
        subject["identifier"].append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": f"sha256${digest}",
                "identityType": "emailAddress",
                "salt": salt,
            }
        )
    return subject


def _name(recipient: str) -> dict[str, Any]:
    return {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": recipient,
        "identityType": "name",
    }


def _achievement(certificate: Certificate) -> str:
    """The same for everybody who completed this version of the course."""
    kind = "course" if certificate.learner_id is None else "external"
    words = f"{kind}:{certificate.facts['course']}:{certificate.course_version}"
    return hashlib.sha256(words.encode()).hexdigest()[:24]


def place(status_number: int) -> tuple[int, int]:
    """Which list, and which bit of it."""
    number, at = divmod(status_number, LIST_BITS)
    return number, at * _SCATTER % LIST_BITS


def list_url(base: str, number: int) -> str:
    return f"{base}/credentials/status/{number}/"


def _status(certificate: Certificate) -> dict[str, Any]:
    number, bit = place(certificate.status_number)
    address = list_url(certificate.public_base_url, number)
    return {
        "id": f"{address}#{bit}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(bit),
        "statusListCredential": address,
    }


def status_list(number: int, taken_back: Iterable[int], *, at: datetime) -> dict[str, Any]:
    """The list with the bits of those status numbers set, to be signed either way."""
    bits = bytearray(LIST_BITS // 8)
    for status_number in taken_back:
        _, bit = place(status_number)
        # The first bit is the highest of the first byte.
        bits[bit // 8] |= 0x80 >> bit % 8
    packed = urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    address = list_url(settings.PUBLIC_BASE_URL, number)
    return {
        "@context": [VC],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did(),
        "validFrom": _moment(at),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": f"u{packed}",
        },
    }


def as_jwt(document: dict[str, Any], *, at: datetime) -> str:
    """Secured by JOSE instead of a proof inside: what most verifiers of status lists read."""
    keys = signing_keys.current()
    claims = {
        **document,
        "iss": document["issuer"],
        "jti": document["id"],
        "nbf": int(at.timestamp()),
    }
    headers = {"kid": _method(keys), "typ": "vc+jwt"}
    return jwt.encode(claims, keys.credential, algorithm="EdDSA", headers=headers)


def sign(document: dict[str, Any], *, at: datetime) -> dict[str, Any]:
    """With a Data Integrity proof, by the steps of `eddsa-rdfc-2022`."""
    keys = signing_keys.current()
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": _moment(at),
        "verificationMethod": _method(keys),
        "proofPurpose": "assertionMethod",
    }
    options = _digest({"@context": document["@context"], **proof})
    signature = keys.credential.sign(options + _digest(document))
    return {**document, "proof": {**proof, "proofValue": _multibase(signature)}}


def _digest(document: dict[str, Any]) -> bytes:
    canonical = jsonld.normalize(
        copy.deepcopy(document),
        {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": _load,
            "safe": True,
        },
    )
    return hashlib.sha256(canonical.encode()).digest()


def _load(address: str, _options: Any = None) -> dict[str, Any]:
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": _context(address),
    }


@lru_cache(maxsize=len(_FILES))
def _context(address: str) -> Any:
    """Of the pinned ones; any other address is a `KeyError`, and nothing is fetched."""
    return json.loads((_FOLDER / _FILES[address]).read_text(encoding="utf-8"))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
