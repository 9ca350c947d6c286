"""What is always true of learning."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from courses.services import points
from tutorme.core.invariants import holds


@holds("points-equal-ledger", _("Everybody's points are the sum of their ledger."))
def points_equal_ledger() -> Iterator[str]:
    for row in points.differing().order_by("pk")[:20]:
        yield f"user {row.pk}: {row.points} points"
