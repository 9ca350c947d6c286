"""The first admin of an installation. Later ones are proposed by one admin and approved by another;
where there is no other, whoever runs this is the second person."""

import getpass
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import admin_proposals, users
from tutorme.core.errors import DomainError, InvalidInput


class Command(BaseCommand):
    help = "Makes an account an admin's, creating it if needed; approves a proposal that waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Site keeper")
        parser.add_argument("--reason", default="", help="why a proposal is approved")
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first() or self._register(email, options["name"])
        try:
            admin_proposals.appoint_by_operator(user=user, reason=options["reason"])
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        made = {"user": str(user.pk), "email": email, "admin": True}
        self.stdout.write(json.dumps(made) if options["json"] else f"{email} is an admin.")

    def _register(self, email: str, name: str) -> User:
        password = getpass.getpass("Password: ")
        try:
            made = users.register(email=email, password=password, display_name=name)
        except InvalidInput as refusal:
            reasons = " ".join(row["detail"] for row in refusal.extras["errors"])
            raise CommandError(reasons) from refusal
        except DomainError as refusal:
            raise CommandError(refusal.detail) from refusal
        if made.user is None:
            raise CommandError("This address was registered a moment ago.")
        return made.user
