"""Languages people teach in and countries they pay tax in, by code and in the reader's words."""

from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from django.utils.translation import get_language

# Codes of Babel's that are no language or no country.
_NO_LANGUAGES = frozenset({"root", "mul", "und", "zxx"})
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"})


@lru_cache(maxsize=16)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=1)
def language_codes() -> frozenset[str]:
    """ISO 639-1: the languages that have a code of two letters."""
    codes = map(str, _locale("en").languages)
    return frozenset(code for code in codes if len(code) == 2 and code not in _NO_LANGUAGES)


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """ISO 3166-1 alpha-2."""
    codes = map(str, _locale("en").territories)
    return frozenset(
        code for code in codes if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    )


def language_name(code: str) -> str:
    name = str(_locale(get_language() or "en").languages.get(code, code))
    return name[:1].upper() + name[1:]


def language_choices() -> list[tuple[str, str]]:
    return sorted(((code, language_name(code)) for code in language_codes()), key=_by_name)


def country_choices() -> list[tuple[str, str]]:
    names = _locale(get_language() or "en").territories
    return sorted(((code, names.get(code, code)) for code in country_codes()), key=_by_name)


def _by_name(row: tuple[str, str]) -> str:
    return row[1].casefold()
