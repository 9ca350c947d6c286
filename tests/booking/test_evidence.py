"""What is known of a lesson or a course, for the answer to a payer's complaint at PayPal."""

from uuid import uuid4

import pytest

from booking.services import presence
from payments import sellers
from payments.models import Order
from tests.booking.conftest import held

pytestmark = pytest.mark.django_db


def test_a_lesson_tells_who_was_there(sam, tess, otto, free) -> None:
    row = held(sam, free)
    for who, joined in ((tess, True), (sam, True), (sam, False)):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at, joined=joined)
    presence.record(booking_id=row.pk, user_id=otto.pk)
    lines = sellers.evidence(Order(kind="booking", target_id=row.pk))
    assert f"{row.starts_at:%Y-%m-%d %H:%M}" in lines[0]
    assert any(line.endswith("Tess came into the room") for line in lines)
    assert any(line.endswith("Sam left the room") for line in lines)
    assert not any("Otto" in line for line in lines)


def test_what_nobody_vouches_for_says_nothing() -> None:
    assert sellers.evidence(Order(kind="gift", target_id=uuid4())) == []
