"""Where the masthead, the bottom bar and the footer lead: only to pages that exist."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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


def links(entries: tuple[Entry, ...], path: str) -> list[Link]:
    return [link for entry in entries if (link := resolve(entry, path))]


def resolve(entry: Entry, path: str) -> Link | None:
    for name in entry.names:
        try:
            href = reverse(name)
        except NoReverseMatch:
            continue
        return Link(href, entry.label, entry.icon, path == href or _inside(href, path))
    return None


def _inside(href: str, path: str) -> bool:
    return href != "/" and path.startswith(href)


def navigation(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    known = bool(user and user.is_authenticated)
    settings = request.path.startswith(("/settings/", "/account/", "/teach/profile/")) and known
    return {
        **menus(request.path, known=known, staff=bool(known and user and user.is_staff)),
        "nav_settings": links(SETTINGS, request.path) if settings else [],
    }


def menus(path: str, *, known: bool, staff: bool = False) -> dict[str, Any]:
    main = (TODAY, COURSES, TUTORS, LEARN, TEACH) if known else (COURSES, TUTORS, VERIFY)
    account = (MESSAGES, LESSONS, ROOMS, CERTIFICATES, ORDERS, SUBSCRIPTION, CREDIT, PROFILE) + (
        (ADMIN,) if staff else ()
    )
    return {
        "nav_courses": resolve(COURSES, path),
        "nav_verify": resolve(VERIFY, path),
        "nav_main": links(main, path),
        "nav_account": links(account, path) if known else [],
        # On a phone the menu leads where neither the bar nor the rest of the menu does.
        "nav_beside": links((TUTORS, TEACH), path) if known else [],
        "nav_desk": resolve(MY_DESK, path) if known else None,
        "nav_bell": resolve(NOTIFICATIONS, path) if known else None,
        "nav_doors": links((LOG_IN, SIGN_UP), path) if not known else [],
        "nav_bar": links((TODAY, LEARN, COURSES, NEWS, PROFILE), path) if known else [],
        "nav_index": [
            (
                _("Learn"),
                links(
                    (TODAY, LEARN, LESSONS, COURSES, SUBJECTS, TUTORS, PRICES)
                    if known
                    else (COURSES, SUBJECTS, TUTORS, PRICES),
                    path,
                ),
            ),
            (_("Certificates"), links((CERTIFICATES, VERIFY, DESKS) if known else (VERIFY,), path)),
            (
                _("Account"),
                links(
                    (MESSAGES, ORDERS, SUBSCRIPTION, TEACH, PROFILE)
                    if known
                    else (LOG_IN, SIGN_UP),
                    path,
                ),
            ),
            (_("Build"), links((API_DOCS, PROBLEMS), path)),
        ],
    }
