"""Icons: one grid of 20, one stroke of 1.75, square caps, drawn for these pages."""

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PATHS = {
    "arrow": "M4 10h12M11 5l5 5-5 5",
    "bell": "M5 14V9a5 5 0 0 1 10 0v5l1.5 1.5h-13ZM8.5 18h3",
    "board": "M3 4h14v9H3ZM7 17l1.5-4M13 17l-1.5-4M10 2v2",
    "book": "M4 3h10a2 2 0 0 1 2 2v12H6a2 2 0 0 1-2-2ZM7 3v14M10 7h3",
    "check": "M3.5 11l4 4.5L16.5 5",
    "chevron": "M7 4l6 6-6 6",
    "clock": "M10 2.5a7.5 7.5 0 1 0 .01 0ZM10 6v4.5l3 2",
    "close": "M5 5l10 10M15 5L5 15",
    "code": "M7 5l-5 5 5 5M13 5l5 5-5 5",
    "copy": "M7 7h10v10H7ZM13 7V3H3v10h4",
    "desk": "M2 7h16M4 7v10M16 7v10M9 7v4h7",
    "device": "M3 4h14v9H3ZM1.5 16.5h17",
    "download": "M10 3v10M5 9l5 5 5-5M3 17h14",
    "learn": "M2 7l8-4 8 4-8 4ZM5 9v5c3 2.5 7 2.5 10 0V9M18 7v6",
    "lock": "M4 9h12v8H4ZM7 9V6a3 3 0 0 1 6 0v3",
    "mail": "M3 5h14v10H3ZM3 5.5l7 5.5 7-5.5",
    "menu": "M3 5h14M3 10h14M3 15h14",
    "moon": "M16 12.5A7 7 0 1 1 8 3.5a5.5 5.5 0 0 0 8 9Z",
    "pen": "M3 17l1-4L14 3l3 3L7 16ZM12 5l3 3",
    "person": "M10 3a3.5 3.5 0 1 0 .01 0ZM3 17.5c1-4 4-5.5 7-5.5s6 1.5 7 5.5",
    "play": "M6 3.5v13l10-6.5Z",
    "printer": "M5 8V3h10v5M5 14H3V8h14v6h-2M5 12h10v5H5Z",
    "receipt": "M4 2.5h12v15l-2-1.5-2 1.5-2-1.5-2 1.5-2-1.5-2 1.5ZM7 7h6M7 10.5h6",
    "refresh": "M16 6.5A7 7 0 1 0 17 11M16.5 2.5v4.5H12",
    "rosette": "M10 2.5a5 5 0 1 0 .01 0ZM7 12l-1.5 6 4.5-2 4.5 2L13 12",
    "search": "M8.5 3a5.5 5.5 0 1 0 .01 0ZM12.5 12.5L17 17",
    "sun": "M10 6.5a3.5 3.5 0 1 0 .01 0ZM10 1.5V3M10 17v1.5M1.5 10H3M17 10h1.5"
    "M4 4l1 1M15 15l1 1M16 4l-1 1M5 15l-1 1",
    "today": "M3 4h14v13H3ZM3 8h14M7 2v3M13 2v3M6.5 12.5l2 2 4-4",
    "warning": "M10 3L18 17H2ZM10 8v4M10 14.2v.3",
}
# These point along the line of reading and turn round with it.
MIRRORED = frozenset({"arrow", "chevron"})


@cache
def icon_svg(name: str) -> SafeString:
    mirrored = " icon-mirrored" if name in MIRRORED else ""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 20 20" width="20" height="20" fill="none"'
        ' stroke="currentColor" stroke-width="1.75" stroke-linecap="square" aria-hidden="true"'
        ' focusable="false"><path d="{}"/></svg>',
        mirrored,
        mark_safe(PATHS[name]),  # noqa: S308  (our own constants)
    )
