"""A provider's name in the admin's lists, where a row has it as programs know it."""

from collections.abc import Iterator
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter, display
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tutorme.core import brands


class BrandFilter(AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": brands.spelled(str(choice["display"]))}


@display(description=_("provider"), ordering="provider")
def brand(row: Any) -> str | Promise:
    return brands.spelled(row.provider)
