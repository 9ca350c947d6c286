"""Where a sign-in or a change comes from, as its owner will recognise it."""

import re
from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from tutorme.core.client import address_of

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# In this order: later ones name the earlier ones too.
_PROGRAMS = (
    (r"Edg(?:e|A|iOS)?/", "Edge"),
    (r"OPR/", "Opera"),
    (r"SamsungBrowser/", "Samsung Internet"),
    (r"(?:Firefox|FxiOS)/", "Firefox"),
    (r"(?:HeadlessChrome|Chrome|CriOS)/", "Chrome"),
    (r"Safari/", "Safari"),
)


@dataclass(frozen=True)
class Origin:
    """`device` in words, `user_agent` as it was sent, `address` as far as proxies are trusted."""

    device: str = ""
    user_agent: str = ""
    address: str = ""


def origin_of(request: HttpRequest | Request) -> Origin:
    agent = request.headers.get("User-Agent", "")[:300]
    return Origin(described(agent), agent, address_of(request))


def described(user_agent: str) -> str:
    """`Firefox on Windows`, or the first words of what an app calls itself."""
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    program = next((name for form, name in _PROGRAMS if re.search(form, user_agent)), "")
    if not program:
        return user_agent.partition(" ")[0].partition("(")[0][:60]
    return f"{program} on {system}" if system else program
