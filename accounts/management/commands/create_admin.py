"""The first admin of an installation. Later ones are proposed by one admin and approved by another;
where there is no other, whoever runs this is the second person."""

import getpass
import sys
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, CommandParser
from django.core.validators import validate_email

from accounts.models import User
from accounts.services import admin_proposals, users
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Makes an account an admin's, creating it if needed; approves a proposal that waits."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument("--name", default="Site keeper")
        parser.add_argument("--reason", default="", help="why a proposal is approved")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        email = options["email"].strip().lower()
        user = User.objects.filter(email=email).first() or self._register(email, options["name"])
        admin_proposals.appoint_by_operator(user=user, reason=options["reason"])
        return {"user": str(user.pk), "email": email, "admin": True}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        yield f"{found['email']} is an admin."

    def _register(self, email: str, name: str) -> User:
        try:
            validate_email(email)
        except ValidationError as error:
            raise CommandError(f"{email or 'Nothing'} is no mail address.") from error
        made = users.register(email=email, password=_password(), display_name=name)
        if made.user is None:
            raise CommandError("This address was registered a moment ago.")
        return made.user


def _password() -> str:
    """Asked for at a terminal; from elsewhere the first line of standard input."""
    if given := _asked() if sys.stdin and sys.stdin.isatty() else _read():
        return given
    raise CommandError(
        "A new account needs a password: run this at a terminal, or give it the password as a"
        " line of standard input."
    )


def _asked() -> str:
    try:
        return getpass.getpass("Password: ")
    except EOFError:
        return ""


def _read() -> str:
    return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
