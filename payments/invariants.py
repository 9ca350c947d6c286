"""What is always true of money."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from payments.services import ledger_check
from tutorme.core.invariants import holds


@holds("books-add-up", _("Every posting sums to zero, and every balance is the sum of its lines."))
def books() -> Iterator[str]:
    return ledger_check.wrong_in_the_books()
