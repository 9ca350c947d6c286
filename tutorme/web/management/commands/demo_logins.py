"""Prints who can be signed in as, for the banner of `make run`."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import User
from tutorme.web.demo.seeding import people

_SHOWN = ("sam", "tess", "ada")
_DOES = {"sam": "learns", "tess": "teaches", "ada": "runs the site (/admin/)"}


class Command(BaseCommand):
    help = "The demo's accounts that exist here, with their passwords."

    def handle(self, *_args: Any, **_options: Any) -> None:
        here = set(User.objects.values_list("email", flat=True))
        for row in people():
            if row["key"] in _SHOWN and row["email"] in here:
                name = f"{row['display_name']} {_DOES[row['key']]}"
                self.stdout.write(f"{name:<44} {row['email']:<24} {row['password']}")
