"""What the business report says of certificates: each on the day it was issued or revoked, by the
reader's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from certificates.models import Certificate
from certificates.services import issuing
from tests.certificates import desks
from tests.core.test_report_figures import MARCH, PARIS_MARCH, lines, of, totals
from tutorme.core.reports import Report

pytestmark = pytest.mark.django_db
# When it becomes April in Paris.
PARIS_APRIL = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ISSUED = (
    PARIS_MARCH - SECOND,
    PARIS_MARCH,
    PARIS_MARCH + timedelta(hours=1),
    PARIS_MARCH + timedelta(days=2),
    PARIS_APRIL - SECOND,
    PARIS_APRIL,
)


@contextmanager
def unfrozen() -> Iterator[None]:
    """Certificates say when by themselves; here somebody turns their clock."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


@pytest.fixture
def issued(media) -> list[Certificate]:
    """Six around and in March; the first of them was revoked in March and one of March in April.
    A seventh is not printed yet."""
    organization, course = desks.organization("North"), desks.external_course()
    made = [
        desks.issue(desks.completed(organization, course, f"Learner {number}"))
        for number in range(len(ISSUED))
    ]
    with unfrozen():
        for row, at in zip(made, ISSUED, strict=True):
            Certificate.objects.filter(pk=row.pk).update(issued_at=at)
        for row, at in ((made[0], PARIS_MARCH + SECOND), (made[1], PARIS_APRIL)):
            Certificate.objects.filter(pk=row.pk).update(
                state="revoked", revoked_at=at, revoked_reason="A mistake."
            )
    issuing.issue_learner(desks.completed(organization, course, "Learner Last").pk)
    return made


def said(**how: Any) -> dict[str, str]:
    return of(totals(Report.BUSINESS, **how), "certificates")


def test_what_was_issued_and_revoked(issued: list[Certificate]) -> None:
    """Whoever's certificate is revoked later had it: it stays counted on its day."""
    assert said() == {"certificates.issued": "4", "certificates.revoked": "1"}
    april = (date(2026, 4, 1), date(2026, 4, 30))
    assert said(days=april) == {"certificates.issued": "1", "certificates.revoked": "1"}
    february = (date(2026, 2, 1), date(2026, 2, 28))
    assert said(days=february) == {"certificates.issued": "1"}


def test_days_are_the_readers(issued: list[Certificate]) -> None:
    days = (date(2026, 2, 28), date(2026, 3, 3))
    assert lines(Report.BUSINESS, days=days)["certificates.issued"].steps == {
        date(2026, 2, 28): 1,
        date(2026, 3, 1): 2,
        date(2026, 3, 3): 1,
    }
    in_utc = lines(Report.BUSINESS, days=days, zone="UTC")["certificates.issued"]
    assert in_utc.steps == {date(2026, 2, 28): 2, date(2026, 3, 1): 1, date(2026, 3, 2): 1}


def test_months_are_the_readers(issued: list[Certificate]) -> None:
    assert said(zone="UTC") == {"certificates.issued": "4", "certificates.revoked": "1"}
    assert said(zone="America/New_York") == {
        "certificates.issued": "3",
        "certificates.revoked": "1",
    }
    assert said(zone="Pacific/Auckland") == {
        "certificates.issued": "4",
        "certificates.revoked": "1",
    }


def test_a_long_period_is_told_by_months(issued: list[Certificate]) -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    found = lines(Report.BUSINESS, days=year)
    assert found["certificates.issued"].steps == {
        date(2026, 2, 1): 1,
        date(2026, 3, 1): 4,
        date(2026, 4, 1): 1,
    }
    assert found["certificates.revoked"].steps == {date(2026, 3, 1): 1, date(2026, 4, 1): 1}


def test_nothing_is_nothing_and_no_tutor_reads_it(issued: list[Certificate], tess) -> None:
    assert said(days=(date(2026, 5, 1), date(2026, 5, 31))) == {}
    assert of(totals(Report.TEACHING, tess, days=MARCH), "certificates") == {}
