"""Text that is unreadable in a dump: encrypted per value, with the id of its key beside it."""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.db import models


@lru_cache(maxsize=1)
def _keys() -> dict[str, Fernet]:
    pairs = (entry.partition(":") for entry in settings.FIELD_ENCRYPTION_KEYS)
    keys = {key_id: Fernet(key) for key_id, _, key in pairs}
    if not keys:
        raise ImproperlyConfigured("FIELD_ENCRYPTION_KEYS is empty")
    return keys


def _forget_keys(*, setting: str, **_: Any) -> None:
    if setting == "FIELD_ENCRYPTION_KEYS":
        _keys.cache_clear()


setting_changed.connect(_forget_keys)


def encrypt(text: str) -> str:
    """`<key id>:<token>` under the first key of FIELD_ENCRYPTION_KEYS."""
    key_id, fernet = next(iter(_keys().items()))
    return f"{key_id}:{fernet.encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    key_id, _, token = stored.partition(":")
    fernet = _keys().get(key_id)
    if fernet is None:
        raise ImproperlyConfigured(f"no key {key_id!r} in FIELD_ENCRYPTION_KEYS")
    try:
        return fernet.decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ImproperlyConfigured(f"key {key_id!r} does not open this value") from error


def is_current(stored: str) -> bool:
    return stored.partition(":")[0] == next(iter(_keys()))


if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Cannot be searched or compared in the database; an empty string stays empty."""

    description = "Encrypted text"

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        return decrypt(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        return encrypt(str(value)) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
