"""Prints who can be signed in as, for the banner of `make run`."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.models import User
from tutorme.web.demo.seeding import people

_SHOWN = ("sam", "tess", "ada")
_DOES = {"sam": "learns", "tess": "teaches", "ada": "runs the site (/admin/)"}


class Command(BaseCommand):
    help = "The demo's accounts that exist here, with their passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        here = set(User.objects.values_list("email", flat=True))
        shown = [row for row in people() if row["key"] in _SHOWN and row["email"] in here]
        if options["json"]:
            logins = [{name: row[name] for name in ("email", "password")} for row in shown]
            self.stdout.write(json.dumps({"logins": logins}))
            return
        for row in shown:
            name = f"{row['display_name']} {_DOES[row['key']]}"
            self.stdout.write(f"{name:<44} {row['email']:<24} {row['password']}")
