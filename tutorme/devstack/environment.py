"""The variables children get: what the person gave (environment, then .env), then ours."""

import base64
import json
import os
import re
import secrets
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tutorme.devstack import postgres, valkey
from tutorme.devstack.place import ROOT, CannotGoOn, Place

_FONTS = ROOT / "tutorme" / "static" / "fonts" / "fonts.conf"
_NATIVE = ROOT / ".venv" / "native"
# What a value is: in quotes, or up to a comment.
_VALUE = re.compile(r"""'([^']*)'|"([^"]*)"|(.*?)(?:\s+#.*)?$""")
_HIGHEST_PORT = 65_535
_PAYPAL = {
    "live": "https://api-m.paypal.com",
    "sandbox": "https://api-m.sandbox.paypal.com",
}


@dataclass(frozen=True)
class Ports:
    web: int = 8000
    stream: int = 8001
    sandbox: int = 8025
    smtp: int = 8026

    def by_variable(self) -> dict[str, int]:
        return {
            "PORT": self.web,
            "STREAM_PORT": self.stream,
            "SANDBOX_PORT": self.sandbox,
            "SANDBOX_SMTP_PORT": self.smtp,
        }


def given(dotenv: Path | None = ROOT / ".env") -> dict[str, str]:
    """What the person set; an empty value counts as not set."""
    found = parse_dotenv(_text(dotenv)) if dotenv and dotenv.exists() else {}
    found |= {name: value for name, value in os.environ.items() if value}
    return {name: value for name, value in found.items() if value}


def _text(dotenv: Path) -> str:
    try:
        return dotenv.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CannotGoOn(f"{dotenv} is no text file in UTF-8 that can be read.") from None


def parse_dotenv(text: str) -> dict[str, str]:
    """`NAME=value` lines; quotes, a comment after it and a leading `export` allowed."""
    found = {}
    for raw in text.splitlines():
        line = raw.strip().removeprefix("export ")
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = _bare(value.strip())
    return found


def _bare(value: str) -> str:
    match = _VALUE.match(value)
    return next((part for part in match.groups() if part is not None), "") if match else ""


def ports(values: Mapping[str, str]) -> Ports:
    chosen = {
        name: _port(name, values.get(name, str(port)).strip())
        for name, port in Ports().by_variable().items()
    }
    for port in set(chosen.values()):
        names = [name for name, at in chosen.items() if at == port]
        if len(names) > 1:
            raise CannotGoOn(f"{' and '.join(names)} are both {port}: give each one of its own.")
    return Ports(*chosen.values())


def _port(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:6]) <= _HIGHEST_PORT:
        raise CannotGoOn(f"{name} has to be a port, a number from 1 to {_HIGHEST_PORT}.")
    return int(text)


def for_run(place: Place, values: Mapping[str, str], at: Ports) -> dict[str, str]:
    """Everything `make run` starts, and `make manage` beside it, lives in this."""
    sandbox = f"http://127.0.0.1:{at.sandbox}"
    ours = {
        "DEBUG": "1",
        # The demo's admin comes in with the password that is printed.
        "ADMIN_SECOND_FACTOR": "0",
        "DJANGO_SETTINGS_MODULE": "tutorme.settings.base",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{at.web}",
        "MEDIA_ROOT": str(place.var / "media"),
        "SANDBOX_URL": sandbox,
        "SANDBOX_STATE": str(place.var / "sandbox" / "paypal"),
        "SANDBOX_WEBHOOK_URL": f"http://127.0.0.1:{at.web}/api/v1/payments/webhooks/paypal/",
        **_mail(values, at),
        **_paypal(values, sandbox),
        **_secrets(place, values),
    }
    fixed = {name: str(port) for name, port in at.by_variable().items()}
    return {**ours, **values, **fixed, **data(place, values), **machine()}


def data(place: Place, values: Mapping[str, str]) -> dict[str, str]:
    ours = {} if values.get("DATABASE_URL") else {"PG_BIN": str(postgres.find().directory)}
    return {
        **ours,
        "DATABASE_URL": values.get("DATABASE_URL") or postgres.url(place),
        "REDIS_URL": values.get("REDIS_URL") or valkey.url(place),
    }


def machine() -> dict[str, str]:
    """Where the interpreter finds what native.sh unpacked, our fonts, and no buffering."""
    found = {"PYTHONUNBUFFERED": "1"}
    if _FONTS.exists():
        found["FONTCONFIG_FILE"] = str(_FONTS)
    unpacked = [
        str(directory)
        for library in (*_NATIVE.glob("usr/lib/*-linux-*"), *_NATIVE.glob("lib/*-linux-*"))
        for directory in (library, library / "nss", library / "pulseaudio")
        if directory.is_dir()
    ]
    if unpacked:
        given_path = os.environ.get("LD_LIBRARY_PATH")
        found["LD_LIBRARY_PATH"] = ":".join([*unpacked, *([given_path] if given_path else [])])
    if sysconfig.get_platform().startswith("macosx"):
        found["DYLD_FALLBACK_LIBRARY_PATH"] = "/opt/homebrew/lib:/usr/local/lib:/usr/lib"
    return found


def _mail(values: Mapping[str, str], at: Ports) -> dict[str, str]:
    if "SMTP_HOST" in values:
        return {}
    return {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(at.smtp), "SMTP_TLS": "0"}


def _paypal(values: Mapping[str, str], sandbox: str) -> dict[str, str]:
    """Keys of one's own mean PayPal's own servers, unless an address is given too."""
    if "PAYPAL_CLIENT_ID" in values:
        return {"PAYPAL_BASE_URL": _PAYPAL.get(values.get("PAYPAL_ENVIRONMENT", "sandbox"), "")}
    return {"PAYPAL_BASE_URL": f"{sandbox}/paypal"}


def _secrets(place: Place, values: Mapping[str, str]) -> dict[str, str]:
    """Made once for this checkout, so that sessions and sealed fields survive a restart."""
    file = place.var / "secrets.json"
    if not file.exists():
        place.var.mkdir(parents=True, exist_ok=True)
        key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "FIELD_ENCRYPTION_KEYS": f"local:{key}",
        }
        file.touch(mode=0o600)
        file.write_text(json.dumps(made))
    kept: dict[str, str] = json.loads(file.read_text())
    return {name: value for name, value in kept.items() if name not in values}
