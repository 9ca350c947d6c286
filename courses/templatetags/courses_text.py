"""How courses' pages write times in a video and people's own Markdown."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from courses.markdown import html_of
from courses.notebook import clock as written_clock

register = template.Library()


@register.filter
def clock(seconds: int) -> str:
    return written_clock(int(seconds))


@register.filter
def markdown(text: str) -> SafeString:
    """Safe HTML: `courses.markdown` cleans it."""
    return SafeString(html_of(text))


@register.filter
def standing(row: Any, current_key: str) -> str:
    """How a lesson stands in an outline: locked, now (one is there), done or open."""
    if row.lock:
        return "locked"
    if row.key == current_key:
        return "now"
    return "done" if row.completed_at else "open"
