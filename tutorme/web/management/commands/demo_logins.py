"""Prints who can be signed in as, for the banner of `make run`."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from tutorme.core.management.operating import OperatorCommand
from tutorme.web.demo.seeding import people

_DOES = {"sam": "learns", "tess": "teaches", "ada": "runs the site (/admin/)"}


class Command(OperatorCommand):
    help = "The demo's accounts that exist here, with their passwords."

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        here = set(User.objects.values_list("email", flat=True))
        rows = [row for row in people() if row["key"] in _DOES and row["email"] in here]
        self._who = {row["email"]: f"{row['display_name']} {_DOES[row['key']]}" for row in rows}
        return {"logins": [{name: row[name] for name in ("email", "password")} for row in rows]}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        for row in found["logins"]:
            yield f"{self._who[row['email']]:<44} {row['email']:<24} {row['password']}"
