"""What somebody asks the catalogue for, and what a course must be for it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from courses.querysets import split_unwanted

ORDERS = {
    "relevance": ("-rank", "-id"),
    "newest": ("-published_at", "-id"),
    "rating": ("-rating_rank", "-id"),
    "popular": ("-enrollment_count", "-id"),
    "price": ("price_hundredths", "id"),
    "-price": ("-price_hundredths", "-id"),
    "title": ("title", "id"),
}
# Half stars a rating filter asks for, and the price bands by the column that holds them.
RATINGS = {"4.5": 9, "4.0": 8, "3.5": 7, "3.0": 6}
PRICES = {"free": 0, "under-10": 1, "10-25": 2, "25-50": 3, "50-100": 4, "over-100": 5}


@dataclass(frozen=True)
class Wanted:
    """A facet's choice is one of its values. `price_min` and `price_max` are in units of a course's
    own currency: nothing is converted."""

    text: str = ""
    category: str = ""
    difficulty: str = ""
    language: str = ""
    tag: str = ""
    price: str = ""
    rating: str = ""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    is_premium: bool | None = None
    instructor: UUID | None = None
    order: str = ""

    @classmethod
    def of(cls, asked: dict[str, Any]) -> "Wanted":
        """From the parameters of page and API, which are the same."""
        return cls(**{_NAMES.get(name, name): value for name, value in asked.items()})

    @property
    def ordering(self) -> str:
        """A name of `ORDERS`; relevance needs words to be relevant to."""
        order = self.order or "relevance"
        return "newest" if order == "relevance" and not self.text else order

    @property
    def is_usual(self) -> bool:
        """Words, a subject and choices among few: its statements are worth keeping. What is
        unwanted is a condition for each word."""
        rare = (self.language, self.tag, self.instructor, self.price_min, self.price_max)
        return all(one in ("", None) for one in rare) and split_unwanted(self.text) == (
            self.text,
            [],
        )

    @property
    def shape(self) -> "Wanted":
        """Without what is a value of its own in a statement; `order` is the one that holds."""
        return replace(self, text="", category="", order=self.ordering)

    def conditions(self) -> dict[str, Q]:
        """Each facet's own filter, where something was chosen."""
        found = {
            "category": Q(category=self.category) if self.category else None,
            "difficulty": Q(difficulty=self.difficulty) if self.difficulty else None,
            "language": Q(language=self.language) if self.language else None,
            "tag": Q(tags__contains=[self.tag]) if self.tag else None,
            "rating": Q(half_stars__gte=RATINGS[self.rating]) if self.rating else None,
            "price": self._priced(),
            "is_premium": None if self.is_premium is None else Q(is_premium=self.is_premium),
        }
        return {name: condition for name, condition in found.items() if condition is not None}

    def _priced(self) -> Q | None:
        asked = Q()
        if self.price:
            asked &= Q(price_band=PRICES[self.price])
        if self.price_min is not None:
            asked &= Q(price_hundredths__gte=int(self.price_min * 100))
        if self.price_max is not None:
            asked &= Q(price_hundredths__lte=int(self.price_max * 100))
        return asked or None

    def plain(self) -> Q:
        """The filter that is no facet."""
        return Q() if self.instructor is None else Q(instructor_id=self.instructor)


_NAMES = {"search": "text", "ordering": "order"}
