"""Where the masthead, the bottom bar and the footer lead: only to pages that exist."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tutorme.web.kept import OneOfFew

TextLike = str | Promise


@dataclass(frozen=True)
class Entry:
    """`names` are tried in order; an entry none of whose names resolves is left out."""

    names: tuple[str, ...]
    label: TextLike
    icon: str = ""


@dataclass(frozen=True)
class Link:
    href: str
    label: TextLike
    icon: str
    current: bool


COURSES = Entry(("courses",), _("Courses"), "book")
TUTORS = Entry(("tutors",), _("Tutors"), "person")
SUBJECTS = Entry(("subject-list",), _("Subjects"))
TODAY = Entry(("today",), _("Today"), "today")
LEARN = Entry(("learn",), _("Learn"), "learn")
TEACH = Entry(("teach",), _("Teach"), "board")
VERIFY = Entry(("verify", "certificates-verify"), _("Check a certificate"), "rosette")
NOTIFICATIONS = Entry(("notifications",), _("Notifications"), "bell")
# The bar of a phone has room for one short word under each sign.
NEWS = Entry(("notifications",), _("News"), "bell")
CERTIFICATES = Entry(
    ("certificates", "my-certificates", "certificates-mine"), _("My certificates"), "rosette"
)
DESKS = Entry(("org",), _("For organisations"), "desk")
MY_DESK = Entry(("org",), _("My organisation"), "desk")
LESSONS = Entry(("lessons",), _("My lessons"), "today")
ROOMS = Entry(("rooms",), _("Rooms"), "device")
MESSAGES = Entry(("conversations",), _("Messages"), "mail")
ORDERS = Entry(("payments-orders", "my-orders"), _("My orders"), "receipt")
CREDIT = Entry(("payments-credit",), _("My credit"), "receipt")
SUBSCRIPTION = Entry(("subscriptions",), _("Subscription"), "refresh")
PRICES = Entry(("pricing",), _("Prices"))
PROFILE = Entry(("settings",), _("Settings"), "person")
LOG_IN = Entry(("account_login",), _("Log in"), "person")
SIGN_UP = Entry(("account_signup",), _("Sign up"), "person")
ADMIN = Entry(("admin:index",), _("Admin"), "desk")
PROBLEMS = Entry(("problems",), _("Problem codes"))
API_DOCS = Entry(("api-docs",), _("API"), "code")
# What a person decides about their account, each a page under /settings/.
SETTINGS = (
    Entry(("settings-profile",), _("Profile")),
    Entry(("settings-skills",), _("Skills")),
    Entry(("settings-preferences",), _("Preferences")),
    Entry(("settings-motivation",), _("Motivation")),
    Entry(("settings-notifications",), _("Notifications")),
    Entry(("settings-security",), _("Security")),
    Entry(("settings-connections",), _("Connected accounts")),
    Entry(("calendars",), _("Calendars")),
    Entry(("account_devices",), _("Devices")),
    Entry(("settings-tokens",), _("API tokens")),
    Entry(("webhooks",), _("Webhooks")),
    Entry(("settings-billing",), _("Billing details")),
    Entry(("tutor-profile",), _("Teaching")),
    Entry(("settings-data",), _("Your data")),
)


@dataclass(frozen=True, eq=False)
class Nav(OneOfFew):
    """What masthead, bottom bar and footer show. One object for all requests that see the same, so
    that what is drawn of it can be kept by it."""

    main: tuple[Link, ...]
    account: tuple[Link, ...]
    beside: tuple[Link, ...]
    desk: Link | None
    bell: Link | None
    doors: tuple[Link, ...]
    bar: tuple[Link, ...]
    index: tuple[tuple[TextLike, tuple[Link, ...]], ...]


def links(entries: tuple[Entry, ...], path: str) -> list[Link]:
    return [link for entry in entries if (link := resolve(entry, path))]


def resolve(entry: Entry, path: str) -> Link | None:
    href = _address(entry.names)
    return Link(href, entry.label, entry.icon, _is_current(href, path)) if href else None


@lru_cache(maxsize=256)
def _address(names: tuple[str, ...]) -> str:
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


def _is_current(href: str, path: str) -> bool:
    return path == href or (href != "/" and path.startswith(href))


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    known = bool(user and user.is_authenticated)
    settings = request.path.startswith(("/settings/", "/account/", "/teach/profile/")) and known
    return {
        **menus(request.path, known=known, staff=bool(known and user and user.is_staff)),
        "nav_settings": links(SETTINGS, request.path) if settings else [],
    }


def menus(
    path: str, *, known: bool, staff: bool = False, with_doors: bool = True
) -> dict[str, Any]:
    nav = nav_at(_highest_current(path), known=known, staff=staff, with_doors=with_doors)
    return {
        "nav": nav,
        "nav_courses": resolve(COURSES, path),
        "nav_verify": resolve(VERIFY, path),
    }


def _highest_current(path: str) -> str:
    """An address at which the same links are current as at `path`: the longest of theirs."""
    return max((href for href in _addresses() if _is_current(href, path)), key=len, default="")


@lru_cache(maxsize=1)
def _addresses() -> tuple[str, ...]:
    found = {_address(entry.names) for entry in globals().values() if isinstance(entry, Entry)}
    return tuple(found - {""})


@lru_cache(maxsize=256)
def nav_at(path: str, *, known: bool, staff: bool, with_doors: bool) -> Nav:
    def those(*entries: Entry) -> tuple[Link, ...]:
        return tuple(links(entries, path))

    account = (MESSAGES, LESSONS, ROOMS, CERTIFICATES, ORDERS, SUBSCRIPTION, CREDIT, PROFILE)
    learn = (*((TODAY, LEARN, LESSONS) if known else ()), COURSES, SUBJECTS, TUTORS, PRICES)
    own = (MESSAGES, ORDERS, SUBSCRIPTION, TEACH, PROFILE) if known else (LOG_IN, SIGN_UP)
    return Nav(
        main=those(
            *((TODAY, COURSES, TUTORS, LEARN, TEACH) if known else (COURSES, TUTORS, VERIFY))
        ),
        account=those(*account, *((ADMIN,) if staff else ())) if known else (),
        # On a phone the menu leads where neither the bar nor the rest of the menu does.
        beside=those(TUTORS, TEACH) if known else (),
        desk=resolve(MY_DESK, path) if known else None,
        bell=resolve(NOTIFICATIONS, path) if known else None,
        doors=those(LOG_IN, SIGN_UP) if with_doors and not known else (),
        bar=those(TODAY, LEARN, COURSES, NEWS, PROFILE) if known else (),
        index=(
            (_("Learn"), those(*learn)),
            (_("Certificates"), those(*((CERTIFICATES, VERIFY, DESKS) if known else (VERIFY,)))),
            (_("Account"), those(*own)),
            (_("Build"), those(API_DOCS, PROBLEMS)),
        ),
    )


def _forget(**_about: Any) -> None:
    for one in (_address, _addresses, nav_at):
        one.cache_clear()


# Only tests serve other addresses while the process runs.
setting_changed.connect(_forget)
