"""A quiz with every kind of question, and how to answer each right. Words of the key that a learner
must not meet early carry CANARY."""

from typing import Any

from courses.quiz_source import canonical
from courses.source_files import dumped

KINDS: dict[str, Any] = {
    "pass_percent": 60,
    "questions": [
        {
            "key": "all-primes",
            "kind": "multiple",
            "prompt": "Which are prime?",
            "points": 2,
            "options": [
                {"key": "two", "text": "2", "correct": True},
                {"key": "four", "text": "4", "correct": False, "feedback": "CANARY-feedback"},
                {"key": "five", "text": "5", "correct": True},
            ],
            "scoring": "all",
        },
        {
            "key": "planets",
            "kind": "order",
            "prompt": "From the sun outwards",
            "points": 3,
            "items": ["Mercury", "Venus", "Earth"],
            "explanation": "CANARY-order",
        },
        {
            "key": "capitals",
            "kind": "match",
            "prompt": "Whose capital is it?",
            "points": 2,
            "pairs": [
                {"left": "Peru", "right": "Lima"},
                {"left": "Chile", "right": "Santiago"},
            ],
            "extra": ["Quito"],
        },
        {
            "key": "colour",
            "kind": "text",
            "prompt": "The colour of grass",
            "accepted": ["CANARY-verdant"],
            "pattern": "gr(e|ee)n(ish)?",
        },
        {
            "key": "light",
            "kind": "number",
            "prompt": "The speed of light in km/s",
            "number": {"value": "299792", "tolerance": "1%"},
        },
        {
            "key": "why",
            "kind": "open",
            "prompt": "Why is the sky blue?",
            "points": 5,
            "guide": "CANARY-guide names scattering",
        },
    ],
}


def right_answers(attempt: Any) -> dict[Any, Any]:
    """By question id; the open one is answered, and waits."""
    found: dict[Any, Any] = {}
    for row in attempt.answers.select_related("question"):
        key = row.question.key_in_force
        found[row.question_id] = {
            "all-primes": ["five", "two"],
            "planets": key.get("order"),
            "capitals": key.get("pairs"),
            "colour": " Greenish ",
            "light": "300000",
            "why": "Rayleigh scattering.",
        }[row.question.key]
    return found


def file_of(quiz: dict[str, Any]) -> str:
    """As an export writes it: reading it and writing it again gives the same bytes."""
    return dumped(canonical(quiz)).decode()
