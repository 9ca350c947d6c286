"""What people read in their mail, in tests that send none."""

from uuid import UUID

from accounts.models import MailedCode
from accounts.services import codes

REGISTER = "/api/v1/auth/register/"
CONFIRM = "/api/v1/auth/register/confirm/"


def newest(email: str) -> MailedCode:
    found = MailedCode.objects.filter(email=email.strip().lower()).order_by("-created_at", "-pk")
    code = found.first()
    assert code is not None, email
    return code


def code_for(email: str) -> str:
    return codes.text_of(newest(email).pk)


def signed_up(client, body: dict[str, object]):
    """The answer to the code, of somebody who signs up with an app."""
    asked = client.post(REGISTER, body, format="json")
    assert asked.status_code == 201, asked.content
    waiting = asked.json()["verification"]
    typed = {"id": waiting["id"], "code": codes.text_of(UUID(waiting["id"]))}
    return client.post(CONFIRM, typed, format="json")
