"""A certificate as the press is told to print it: a pure function of the row."""

from certificates import drawings
from certificates.models import Certificate
from tutorme.core.printing import Order


def order_of(certificate: Certificate) -> Order:
    facts = certificate.facts
    words = {f"word_{name}": text for name, text in facts["words"].items()}
    return Order(
        html=certificate.template.html,
        css=certificate.template.css,
        words={
            **words,
            "recipient": facts["recipient"],
            "course": facts["course"],
            "instructor": facts["instructor"],
            "issuer": facts["issuer"],
            "completed_on": facts["completed_words"],
            "hours": facts["extent"],
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


def _place(base: str) -> str:
    """Where to type the code, as people write addresses."""
    return f"{base.partition('://')[2]}/verify"
