"""How courses' pages write times in a video and people's own Markdown."""

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
