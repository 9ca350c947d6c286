"""What the components need beyond Django's own tags."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.middleware import hour_format, zone
from tutorme.core import brands
from tutorme.core.money import Money
from tutorme.web import charts
from tutorme.web.covers import cover_svg
from tutorme.web.icons import icon_svg
from tutorme.web.medals import medal_svg

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    return icon_svg(name)


@register.filter
def json_ld(facts: dict[str, Any]) -> SafeString:
    """Facts about the page for those who index it; no character can end the element."""
    text = json.dumps(facts, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return SafeString(f'<script type="application/ld+json">{text}</script>')


register.filter(brands.spelled)


@register.simple_tag
def cover(seed: str, title: str, subject: str = "", teacher: str = "") -> SafeString:
    return cover_svg(seed, title, subject=subject, teacher=teacher)


@register.simple_tag
def medal(seed: str, kind: str, number: int, percent: int | None = None) -> SafeString:
    return medal_svg(seed, kind, number, percent=percent)


@register.simple_tag
def lengths(rows: Sequence[charts.Row | tuple[str, str, int]]) -> list[charts.Row]:
    return charts.lengths(rows)


@register.filter
def money(value: Money) -> str:
    return value.localized(get_language() or "en")


@register.simple_tag
def minor_units(minor: int, currency: str) -> str:
    return Money(int(minor), currency).localized(get_language() or "en")


@register.filter
def duration(minutes: int) -> str:
    """Whole minutes as people say them: 45 min, 2 h, 3 h 25 min."""
    hours, rest = divmod(int(minutes), 60)
    if not hours:
        return _("%(minutes)d\u00a0min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d\u00a0h") % {"hours": hours}
    return _("%(hours)d\u00a0h\u00a0%(minutes)d\u00a0min") % {
        "hours": hours,
        "minutes": rest,
    }


@register.filter
def initials(name: str) -> str:
    words = str(name).split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def moment(value: datetime, pattern: str) -> str:
    """A date as Django's pattern says it, with the viewer's own kind of clock."""
    return formats.date_format(timezone.localtime(value), _clock(pattern))


def _clock(pattern: str) -> str:
    return pattern.replace("H:i", "g:i\u00a0a") if hour_format() == "12" else pattern


@register.simple_tag
def zone_city(name: str = "") -> str:
    """The city a zone is named after, as people say it: Europe/Paris is Paris."""
    zone_name = name or timezone.get_current_timezone_name()
    return zone_name.rpartition("/")[2].replace("_", " ")


@register.simple_tag
def other_time(value: datetime, zone_name: str) -> str:
    """The same moment on the other person's clock, with the day where it is another one."""
    theirs = timezone.localtime(value, zone(zone_name))
    text = _("%(time)s in %(city)s") % {
        "time": formats.time_format(theirs.time(), _clock("H:i")),
        "city": zone_city(zone_name),
    }
    days = (theirs.date() - timezone.localtime(value).date()).days
    if days:
        text += ", " + (_("+1 day") if days > 0 else _("−1 day"))
    return text
