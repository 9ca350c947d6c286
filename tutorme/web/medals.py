"""Medals: a paper rosette for every achievement, drawn from its slug and always the same."""

import hashlib
import math
from functools import lru_cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tutorme.web.covers import COLOURS
from tutorme.web.icons import PATHS

SIZE, MIDDLE = 120, 60
# What is done for it: the paper (a cover's colour) and the sign in the middle.
KINDS = {
    "lessons_completed": ("maths", "book"),
    "course_completion": ("music", "learn"),
    "courses_in_category": ("humanities", "board"),
    "quiz_master": ("science", "check"),
    "perfect_quizzes": ("art", "rosette"),
    "streak": ("languages", "today"),
    "points": ("exam", "pen"),
    "sessions_attended": ("coding", "person"),
    "reviews_done": ("coding", "refresh"),
}


@lru_cache(maxsize=512)
def medal_svg(seed: str, kind: str, number: int, *, percent: int | None = None) -> SafeString:
    """Of 120 units square, without a name of its own: the words stand beside it. `percent` is how
    far somebody is; without one it is theirs, and in colour."""
    paper, sign = KINDS.get(kind, ("exam", "rosette"))
    bits = hashlib.sha256(seed.encode()).digest()
    draw = _earned if percent is None else _waiting
    return format_html(
        '<svg class="medal" viewBox="0 0 {size} {size}" width="{size}" height="{size}"'
        ' aria-hidden="true" focusable="false">{drawing}{sign}{number}</svg>',
        size=SIZE,
        drawing=draw(bits, COLOURS[paper], percent or 0),
        sign=_sign(sign, number, earned=percent is None),
        number=_number(number, earned=percent is None),
    )


def _earned(bits: bytes, colour: str, _percent: int) -> SafeString:
    return format_html(
        '<path d="{ribbons}" fill="{colour}" fill-opacity=".72"/>'
        '<path d="{edge}" fill="{colour}"/>'
        '<path d="{lace}" fill="none" stroke="#fff" stroke-opacity=".3" stroke-width=".8"/>'
        '<circle cx="60" cy="52" r="33" fill="{colour}"/>'
        '<circle cx="60" cy="52" r="33" fill="none" stroke="#fff" stroke-opacity=".7"/>',
        ribbons="M42 82l-12 32 14-5 8 9 8-30zM78 82l12 32-14-5-8 9-8-30z",
        edge=_scallops(18 + bits[0] % 9),
        lace=_lace(bits),
        colour=colour,
    )


def _waiting(bits: bytes, _colour: str, percent: int) -> SafeString:
    """An outline in pencil; the ring fills up as the thing is done."""
    return format_html(
        '<path class="medal-edge" d="{edge}" fill="none"/>'
        '<circle class="medal-track" cx="60" cy="52" r="36" fill="none"/>'
        '<circle class="medal-done" cx="60" cy="52" r="36" fill="none" pathLength="100"'
        ' stroke-dasharray="{percent} 100" transform="rotate(-90 60 52)"/>',
        edge=_scallops(18 + bits[0] % 9),
        percent=percent,
    )


def _scallops(count: int) -> SafeString:
    """A paper edge cut with pinking shears: so many round teeth."""
    outer, y = 47.0, 52.0
    step = 2 * math.pi / count
    points = [
        (MIDDLE + outer * math.cos(n * step), y + outer * math.sin(n * step))
        for n in range(count + 1)
    ]
    round_ = outer * math.sin(step / 2)
    arcs = "".join(f"A{round_:.2f} {round_:.2f} 0 0 1 {x:.2f} {at:.2f}" for x, at in points[1:])
    return mark_safe(f"M{points[0][0]:.2f} {points[0][1]:.2f}{arcs}Z")  # noqa: S308  numbers


def _lace(bits: bytes) -> SafeString:
    """The curve of a spirograph between the rings."""
    waves, depth = 9 + bits[1] % 9, 3.2 + bits[2] % 3
    lines = []
    for shift in (0.0, math.pi):
        points = []
        for n in range(181):
            angle = 2 * math.pi * n / 180
            radius = 40 + depth * math.sin(waves * angle + shift)
            points.append(
                f"{MIDDLE + radius * math.cos(angle):.1f} {52 + radius * math.sin(angle):.1f}"
            )
        lines.append("M" + "L".join(points))
    return mark_safe("".join(lines))  # noqa: S308  numbers


def _sign(name: str, number: int, *, earned: bool) -> SafeString:
    top = 27 if number > 1 else 34
    return format_html(
        '<g transform="translate(42 {top}) scale(1.8)" fill="none" stroke-width="1.5"'
        ' stroke-linecap="square" {ink}><path d="{path}"/></g>',
        top=top,
        ink=mark_safe('stroke="#fff"' if earned else 'class="medal-sign"'),  # noqa: S308
        path=mark_safe(PATHS[name]),  # noqa: S308  our own constants
    )


def _number(number: int, *, earned: bool) -> SafeString:
    if number <= 1:
        return SafeString("")
    return format_html(
        '<text x="60" y="77" text-anchor="middle" font-size="{size}" font-weight="600"'
        ' font-family="Besley, Georgia, serif" {ink}>{number}</text>',
        size=15 if number < 1000 else 12,
        ink=mark_safe('fill="#fff"' if earned else 'class="medal-number"'),  # noqa: S308
        number=number,
    )
