from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from certificates.models import Member, Organization
from payments.events import PayoutPaid
from tests.webhooks.receiver import Receiver, receiver  # noqa: F401  fixture
from tutorme.core import outbox
from webhooks.models import Endpoint
from webhooks.services import endpoints
from webhooks.services.endpoints import For, Made

PAID = PayoutPaid.name


@pytest.fixture
def listen(receiver: Receiver) -> Callable[..., Made]:  # noqa: F811
    """`listen(tess)`: an endpoint of hers at the receiver."""

    def made(user: User, *, whose: For | None = None, types: list[str] | None = None) -> Made:
        asked = whose if whose is not None else For(owner_id=user.pk)
        return endpoints.make(
            whose=asked, actor_id=user.pk, url=receiver.url, types=types or [PAID]
        )

    return made


@pytest.fixture
def school(db: None, orla: User) -> Organization:
    """Orla's."""
    row = Organization.objects.create(
        name="School", website="school.test", contact_name="O", contact_email="o@school.test"
    )
    Member.objects.create(
        organization=row, email=orla.email, role="owner", user=orla, joined_at="2026-01-01T00:00Z"
    )
    return row


def pay(user: User) -> None:
    """Something that concerns this person alone."""
    with transaction.atomic():
        outbox.record(PayoutPaid(uuid4(), user.pk, 4200, "EUR"))


def fresh(row: Endpoint) -> Endpoint:
    return Endpoint.objects.get(pk=row.pk)
