"""When an achievement is reached: `{"type": T, …}`, one shape per type. Pure."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from courses.errors import CriteriaInvalid

COUNT, DAYS, POINTS = "required_count", "required_days", "required_points"
# Which member carries the number, by type.
TYPES = {
    "course_completion": COUNT,
    "quiz_master": COUNT,
    "streak": DAYS,
    "lessons_completed": COUNT,
    "perfect_quizzes": COUNT,
    "points": POINTS,
    "sessions_attended": COUNT,
    "reviews_done": COUNT,
    "courses_in_category": COUNT,
}
LABELS = {
    "course_completion": _("courses completed"),
    "quiz_master": _("quizzes passed"),
    "streak": _("days in a row"),
    "lessons_completed": _("lessons completed"),
    "perfect_quizzes": _("quizzes without a mistake"),
    "points": _("points"),
    "sessions_attended": _("lessons with a tutor"),
    "reviews_done": _("attempts gone over"),
    "courses_in_category": _("courses of one subject completed"),
}
_MOST = 1_000_000


@dataclass(frozen=True)
class Criterion:
    """`category` is empty but for `courses_in_category`."""

    type: str
    required: int
    category: str = ""


def parse(criteria: Any) -> Criterion:
    """Raises `CriteriaInvalid` with the first thing that is wrong; members that do not belong to
    the type are wrong too."""
    if not isinstance(criteria, dict):
        raise CriteriaInvalid(_("Criteria are an object with a type."))
    kind = criteria.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise CriteriaInvalid(_("The type is one of: %(types)s.") % {"types": ", ".join(TYPES)})
    member = TYPES[kind]
    wanted = {"type", member} | ({"category"} if kind == "courses_in_category" else set())
    if set(criteria) != wanted:
        raise CriteriaInvalid(
            _("A %(type)s has exactly these members: %(members)s.")
            % {"type": kind, "members": ", ".join(sorted(wanted))}
        )
    return Criterion(kind, _required(criteria[member], member), _category(criteria))


def _required(number: Any, member: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= _MOST:
        raise CriteriaInvalid(
            _("%(member)s is a whole number from 1 to %(most)d.")
            % {"member": member, "most": _MOST}
        )
    return number


def _category(criteria: dict[str, Any]) -> str:
    if criteria["type"] != "courses_in_category":
        return ""
    category = criteria["category"]
    if not isinstance(category, str) or not 1 <= len(category.strip()) <= 60:
        raise CriteriaInvalid(_("Name a category."))
    return category.strip()
