"""Paying for a held time without a provider: with a lesson of a package, or with credit. Then it
is confirmed in the same transaction."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from booking.errors import CreditTooLow, PackageUnfit
from booking.models import Booking, LessonType
from booking.services.confirming import settle
from booking.services.settling import reference
from payments.models import Package
from payments.services import credits, packages, placing

KIND = "booking"


def settle_if_paid(
    row: Booking, *, package_id: UUID | None, with_credit: bool, now: datetime
) -> Booking:
    """Confirms what costs nothing or can be paid for now; leaves the rest held. The caller has the
    row to itself."""
    if not row.price_minor:
        return settle(row, now=now)
    if package_id is not None:
        return _with_package(row, package_id, now)
    if with_credit:
        return _with_credit(row, now)
    return row


@transaction.atomic
def _with_package(row: Booking, package_id: UUID, now: datetime) -> Booking:
    if not fitting(row.student_id, row.lesson_type).filter(pk=package_id).exists():
        raise PackageUnfit
    packages.use(package_id=package_id, reference=reference(row.pk))
    return settle(row, now=now, package_id=package_id)


@transaction.atomic
def _with_credit(row: Booking, now: datetime) -> Booking:
    if credits.spendable(row.student_id, row.currency) < row.price:
        raise CreditTooLow
    order = placing.open_order(
        buyer=row.student, kind=KIND, target_id=row.pk, coupon_code="", with_credit=True
    )
    return settle(row, now=now, order_id=order.pk)


def fitting(student_id: UUID, kind: LessonType) -> QuerySet[Package]:
    """Packages that pay for one such lesson: bought for it, or for lessons of the tutor that cost
    no more by themselves than what the package counts each at. The first to end first."""
    found = packages.usable(
        buyer_id=student_id, seller_id=kind.tutor_id, kind=KIND, target_id=kind.pk
    )
    return found.filter(
        Q(unit_target_id=kind.pk)
        | Q(single_price_minor__gte=kind.price_minor, order__currency=kind.currency)
    )


def has_credit_for(student_id: UUID, kind: LessonType) -> bool:
    return bool(kind.price_minor) and not credits.spendable(student_id, kind.currency) < kind.price
