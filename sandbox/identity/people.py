"""Who can be signed in as, and what a sign-in under way knows."""

import secrets
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

PEOPLE = (
    ("Nadia Haddad", "nadia@example.test", True),
    ("Sam Okafor", "sam@tutorme.test", True),
    ("Uri Unproven", "uri@example.test", False),
)


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    verified: bool

    @property
    def sub(self) -> str:
        """The same at every sign-in, and no part of the address."""
        return sha256(self.email.lower().encode()).hexdigest()[:24]


@dataclass
class Grant:
    """One approved sign-in: what the code was given for, and what it may be changed into."""

    provider: str
    person: Person
    client_id: str
    redirect_uri: str
    nonce: str
    challenge: str
    code: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))


class Memory:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def keep(self, grant: Grant) -> None:
        with self._lock:
            self._codes[grant.code] = grant

    def redeem(self, code: str) -> Grant | None:
        """A code is good once."""
        with self._lock:
            grant = self._codes.pop(code, None)
            if grant:
                self._tokens[grant.token] = grant
            return grant

    def holder(self, token: str) -> Grant | None:
        with self._lock:
            return self._tokens.get(token)

    def clear(self) -> None:
        with self._lock:
            self._codes.clear()
            self._tokens.clear()


memory = Memory()


def claims_of(person: Person) -> dict[str, Any]:
    return {
        "sub": person.sub,
        "email": person.email,
        "email_verified": person.verified,
        "name": person.name,
    }
