"""One at a time speaks to the provider about a row: a lease, not a lock (docs/adr/0070)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Model, Q
from django.db.models.functions import Now

from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable

_FREE = Q(busy_until=None) | Q(busy_until__lt=Now())


@contextmanager
def turn(row: Model, length: timedelta, *, busy: Exception) -> Iterator[None]:
    """`busy` is raised while somebody else has the row, whose model has a column `busy_until`; a
    dead one's turn runs out after `length`. The provider's silence and our missing keys leave as
    errors people can act on."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if not rows.filter(_FREE).update(busy_until=Now() + length):
        raise busy
    try:
        yield
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    finally:
        rows.update(busy_until=None)
