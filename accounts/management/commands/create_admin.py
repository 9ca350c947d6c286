"""The first admin of an installation; later ones are appointed in the admin pages."""

import getpass
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import roles, users
from tutorme.core.errors import DomainError, InvalidInput


class Command(BaseCommand):
    help = "Makes an account an admin's, creating it if needed; asks for the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Site keeper")
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first() or self._register(email, options["name"])
        roles.appoint_admin(user=user)
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
