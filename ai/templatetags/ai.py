"""What courses' pages say of the studio, and how its own write figures."""

from typing import Any

from django import template

from ai.queries.drafts import reviewed_by

register = template.Library()


@register.filter
def dollars(micros: int) -> str:
    """Millionths of a dollar, to a tenth of a cent, and to a hundredth below one: `$0.012`."""
    dollars = int(micros or 0) / 1_000_000
    return f"${dollars:.4f}" if 0 < dollars < 0.01 else f"${dollars:.3f}"


@register.simple_tag
def ai_reviewer(lesson: Any) -> str:
    """Who looked over what a model wrote for a lesson; empty where none did."""
    return reviewed_by(lesson.pk)
