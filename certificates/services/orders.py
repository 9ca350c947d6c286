"""A certificate as the press is told to print it: a pure function of the row."""

from typing import Any

from certificates import drawings
from certificates.models import Certificate
from certificates.services.templates import WORDS
from tutorme.core.printing import Order


def order_of(certificate: Certificate) -> Order:
    facts = certificate.facts
    words = {f"word_{name}": facts["words"].get(name, "") for name in WORDS}
    return Order(
        html=certificate.template.html,
        css=certificate.template.css,
        words={
            **words,
            **_said(facts),
            "serial": certificate.serial,
            "code": certificate.code,
            "verify_place": _place(certificate.public_base_url),
        },
        lang=facts["locale"],
        direction=facts["direction"],
        title=f"{facts['words']['heading']}: {facts['course']}, {facts['recipient']}",
        drawings=drawings.of(address=certificate.verify_url, seed=certificate.serial),
        about={
            "author": facts["issuer"],
            "description": certificate.verify_url,
            "dcterms.created": f"{facts['completed_on']}T00:00:00Z",
        },
    )


def _said(facts: dict[str, Any]) -> dict[str, str]:
    """The facts by their names, and by those that templates of the system before ours use."""
    return {
        "recipient": facts["recipient"],
        "course": facts["course"],
        "instructor": facts["instructor"],
        "issuer": facts["issuer"],
        "completed_on": facts["completed_words"],
        "hours": facts["extent"],
        "learner_name": facts["recipient"],
        "course_name": facts["course"],
        "completion_date": facts["completed_on"],
        "organization": facts.get("organization", ""),
        "learner_email": facts.get("email", ""),
    }


def _place(base: str) -> str:
    """Where to type the code, as people write addresses."""
    return f"{base.partition('://')[2]}/verify"
