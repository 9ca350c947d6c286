"""What Graphy knows, in memory."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass
class Learner:
    email: str
    name: str
    # Product id to when it was completed, None while it is not.
    products: dict[str, datetime | None] = field(default_factory=dict)
    # How often it was asked to create this one, and to assign.
    created: int = 0
    assigned: int = 0


@dataclass
class School:
    lock: threading.Lock = field(default_factory=threading.Lock)
    learners: dict[str, Learner] = field(default_factory=dict)

    def forget(self) -> None:
        self.learners.clear()

    def complete(self, email: str, product: str, at: datetime | None) -> datetime:
        """Raises `KeyError` for who is not in the product."""
        learner = self.learners[email.lower()]
        if product not in learner.products:
            raise KeyError(product)
        moment = at or datetime.now(UTC).replace(microsecond=0)
        learner.products[product] = moment
        return moment


school = School()
