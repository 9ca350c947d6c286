"""Amounts of money as people type them."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tutorme.core.money import Money

# Three digits behind a comma or a point are thousands to some and a fraction to others.
_TYPED = re.compile(r"-?\d{1,9}([.,]\d{1,2})?", re.ASCII)


def typed(amount: str, currency: str, *, above_zero: bool = False) -> Money:
    """`30`, `30.50` or `30,50` of that currency. `ValidationError`, in words for whoever typed it,
    where it is none, where the currency has no such fraction, below zero, and at zero if it has to
    be `above_zero`."""
    text = amount.strip()
    if not _TYPED.fullmatch(text):
        raise ValidationError(_("Give an amount, such as 30 or 30.50."), "money")
    try:
        money = Money.parse(text.replace(",", "."), currency)
    except ValueError as error:
        raise ValidationError(_("This currency has no such amount."), "money") from error
    if above_zero and money.minor <= 0:
        raise ValidationError(_("Give an amount above zero."), "money")
    if money.minor < 0:
        raise ValidationError(_("An amount cannot be negative."), "money")
    return money
