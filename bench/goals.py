"""What the design wants each row to stay under, in milliseconds on SCALE=1 and a quiet machine, and
whether it does. A row without a goal has none in the design."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    most_ms: float
    share: float = 0.95


GOALS = {
    "catalogue page with search, signed in": Goal(40),
    "catalogue page with words not asked before": Goal(40),
    "catalogue API with search": Goal(40),
    "catalogue page, a visitor": Goal(40),
    "catalogue page, a visitor again (304)": Goal(5),
    "catalogue page with filters, a visitor": Goal(40),
    "catalogue page with a slip of the finger": Goal(40),
    "course page": Goal(40),
    "lesson page": Goal(40),
    "today page (20 enrolments)": Goal(60),
    "progress write (time)": Goal(25),
    "progress write (completed)": Goal(25),
    "quiz start (20 questions)": Goal(50),
    "quiz save (20 answers)": Goal(15),
    "quiz submit (passed)": Goal(60),
    "a tutor's time held": Goal(80),
    "PayPal's webhook acknowledged": Goal(300, share=0.99),
    "leaderboard, all time": Goal(20),
    "leaderboard, this week": Goal(20),
    "the directory, all of them": Goal(50),
    "the directory, of one subject and level": Goal(50),
    "free within an hour, the soonest 20": Goal(50),
    "within three hours, the cheapest 20": Goal(50),
    "and of one subject": Goal(50),
    "the same by the API": Goal(50),
    "a tutor's slots, 31 days": Goal(60),
    "a usual wish, with diaries and reasons": Goal(150),
    "a wish all fit, with diaries and reasons": Goal(150),
}


def at(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cell(name: str, times_ms: Sequence[float]) -> str:
    """For a column of goals for p95; of any other share it says the figure too."""
    goal = GOALS.get(name)
    if goal is None:
        return "–"
    found = at(times_ms, goal.share)
    told = f"{goal.most_ms:g}"
    if goal.share != 0.95:
        told = f"p{100 * goal.share:.0f} {told}: {found:.1f}"
    return judged(told, met=found <= goal.most_ms)


def judged(told: str, *, met: bool) -> str:
    return told if met else f"{told} (missed)"
