"""What the library for second factors keeps encrypted inside its rows."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from tutorme.core.fields import decrypt, encrypt, is_current
from tutorme.core.rotation import renews

# An app's secret, the seed of recovery codes, codes taken over from elsewhere.
_SEALED = ("secret", "seed", "migrated_codes")


@renews("mfa_authenticator.data")
def renew(*, dry_run: bool) -> int:
    rows = Authenticator.objects.order_by("pk").values_list("pk", flat=True)
    return sum(_renew_row(pk, dry_run=dry_run) for pk in rows.iterator(chunk_size=500))


@transaction.atomic
def _renew_row(pk: int, *, dry_run: bool) -> int:
    """Under the row's lock, so that a code used at this moment is still used up."""
    row = Authenticator.objects.select_for_update().filter(pk=pk).first()
    old = 0 if row is None else sum(_is_old(row.data.get(name)) for name in _SEALED)
    if row is not None and old and not dry_run:
        row.data |= {name: _fresh(row.data[name]) for name in _SEALED if name in row.data}
        row.save(update_fields=["data"])
    return old


def _is_old(value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(text and not is_current(text) for text in texts)


def _fresh(value: Any) -> Any:
    if isinstance(value, list):
        return [_fresh(text) for text in value]
    return encrypt(decrypt(value))
