"""`check --deploy`: nobody comes in with a password that stands in our source."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from accounts.models import User

# Where the people of the demo live, and nobody else can: RFC 2606 §2.
DEMO_HOST = "tutorme.test"


@register(Tags.security, deploy=True)
def no_demo_people(**_: Any) -> list[Error]:
    try:
        found = User.objects.filter(email__endswith=DEMO_HOST, is_active=True).exists()
    except DatabaseError:
        return []  # before the first migration there is nobody
    text = f"People of the demo ({DEMO_HOST}) can sign in: their passwords are in the source."
    return [Error(text, id="accounts.E001")] if found else []
