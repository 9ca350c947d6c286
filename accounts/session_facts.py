"""What the apps above have to say in `/auth/session/` about the person who asks.

session_facts.fact("entitlements")(entitlements)   # a function of the user's id
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

Fact = Callable[[UUID], Any]
_facts: dict[str, Fact] = {}


def fact(name: str) -> Callable[[Fact], Fact]:
    def register(function: Fact) -> Fact:
        _facts[name] = function
        return function

    return register


def of(user_id: UUID) -> dict[str, Any]:
    return {name: function(user_id) for name, function in _facts.items()}
