"""What the text of a variable has to be, each said as the end of "NAME has to be …".

What was given is never repeated: it may be a secret, or hold one.
"""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
FALSE = frozenset({"0", "false", "f", "no", "n", "off"})
_FERNET_BYTES = 32


@dataclass(frozen=True)
class Rule:
    says: str
    holds: Callable[[str], bool]


def is_one_of(*words: str) -> Rule:
    return Rule(f"{', '.join(words[:-1])} or {words[-1]}", lambda text: text in words)


def whole_number(least: int, most: int) -> Rule:
    def holds(text: str) -> bool:
        digits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
        return digits and least <= int(text) <= most

    return Rule(f"a whole number from {least} to {most}", holds)


def address(like: str, fits: Callable[[SplitResult], bool]) -> Rule:
    def holds(text: str) -> bool:
        try:
            parts = urlsplit(text)
            # Looked up for its complaint: 0 to 65535, or none.
            _ = parts.port
        except ValueError:
            return False
        return fits(parts) and not any(letter.isspace() for letter in text)

    return Rule(f"an address like {like}", holds)


def pairs(like: str, sound: Callable[[str], bool]) -> Rule:
    """`id:key` with commas between, no id twice."""

    def holds(text: str) -> bool:
        split = [entry.partition(":") for entry in text.split(",")]
        names = [name for name, _, _ in split]
        return len({*names}) == len(names) and all(name and sound(key) for name, _, key in split)

    return Rule(f"pairs like {like}, with commas between and no id twice", holds)


def _is_fernet_key(key: str) -> bool:
    try:
        return len(urlsafe_b64decode(key)) == _FERNET_BYTES
    except ValueError:
        return False


def _is_on_the_web(parts: SplitResult) -> bool:
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_a_site(parts: SplitResult) -> bool:
    return _is_on_the_web(parts) and parts.path in {"", "/"} and not parts.query


def _is_postgres(parts: SplitResult) -> bool:
    named = len(parts.path) > 1 and not parts.fragment
    return named and parts.scheme in {"postgres", "postgresql", "pgsql"}


def _is_redis(parts: SplitResult) -> bool:
    if parts.scheme == "unix":
        return len(parts.path) > 1
    number = parts.path.strip("/")
    fits = not number or number.isdigit()
    return fits and parts.scheme in {"redis", "rediss"} and bool(parts.hostname)


def _is_sentry(parts: SplitResult) -> bool:
    return _is_on_the_web(parts) and bool(parts.username) and parts.path.strip("/").isdigit()


_WEB = address("https://api.example.org", _is_on_the_web)
_OF_NAME: Mapping[str, Rule] = {
    "PUBLIC_BASE_URL": address("https://learn.example.org, without a path", _is_a_site),
    "DATABASE_URL": address(
        "postgres://user:secret@host:5432/name (in the secret @ is %40, / is %2F, # is %23)",
        _is_postgres,
    ),
    "REDIS_URL": address("redis://host:6379/0 or unix:///path/of.sock?db=0", _is_redis),
    "SENTRY_DSN": address("https://key@host/number", _is_sentry),
    **dict.fromkeys(("SANDBOX_URL", "STREAM_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"), _WEB),
    "ROW_SECURITY": is_one_of("on", "auto", "off"),
    "LOG_FORMAT": is_one_of("console", "json"),
    "LOG_LEVEL": is_one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    "PAYPAL_ENVIRONMENT": is_one_of("sandbox", "live"),
    "REALTIME_DRIVER": is_one_of("sse", "pusher"),
    "FIELD_ENCRYPTION_KEYS": pairs(
        "one:KEY, KEY being 32 bytes in URL-safe base64", _is_fernet_key
    ),
    "CERTIFICATE_KEYS": pairs("one:a long phrase", bool),
    "SMTP_PORT": whole_number(1, 65_535),
    "DATABASE_POOL_SIZE": whole_number(0, 1_000),
    "TAX_PER_MILLE": whole_number(0, 1_000),
    "REFUND_PROGRESS_PERCENT": whole_number(0, 100),
    "RENDER_AT_ONCE": whole_number(1, 1_000),
    "RENDER_CPU_SECONDS": whole_number(1, 3_600),
    "RENDER_MEMORY_MB": whole_number(1, 1_000_000),
}
# By the last word of the name: more would end after the last date there is.
_OF_KIND: Mapping[str, Rule] = {
    "PORT": whole_number(0, 65_535),
    "DAYS": whole_number(0, 36_500),
    "HOURS": whole_number(0, 876_000),
}
_FLAG = Rule("1 or 0", lambda text: text.lower() in TRUE | FALSE)
_NUMBER = whole_number(0, 2_000_000_000)


def rule(name: str, kind: str) -> Rule | None:
    """What the text of this variable has to be; None where any text does."""
    if found := _OF_NAME.get(name):
        return found
    if kind == "int":
        return _OF_KIND.get(name.rpartition("_")[2], _NUMBER)
    if kind == "bool":
        return _FLAG
    return _WEB if name.endswith("_BASE_URL") else None


def understood(name: str, kind: str, given: str | None) -> Any:
    """The value; None where it counts as not set. Raises ValueError, said as a sentence."""
    text = (given or "").strip()
    if not text:
        return [] if kind == "list" and given is not None else None
    if (wanted := rule(name, kind)) and not wanted.holds(text):
        raise ValueError(f"{name} has to be {wanted.says}.")
    match kind:
        case "bool":
            return text.lower() in TRUE
        case "int":
            return int(text)
        case "list":
            return [entry.strip() for entry in text.split(",") if entry.strip()]
        case _:
            return text
