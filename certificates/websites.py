"""Organisations are told apart by the host of their website, however it is written."""

import re
from urllib.parse import urlsplit

_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62}")


def host_of(website: str) -> str | None:
    """`HTTP://WWW.Bücher.example:443/x?y` is `xn--bcher-kva.example`; None for what is no host."""
    text = website.strip().lower()
    if not text or len(text) > 300 or any(char.isspace() for char in text):
        return None
    try:
        host = urlsplit(text if "://" in text else f"//{text}").hostname or ""
        plain = host.rstrip(".").encode("idna").decode("ascii")
    except ValueError:
        return None
    plain = plain.removeprefix("www.")
    return plain if len(plain) <= 253 and _HOST.fullmatch(plain) else None
