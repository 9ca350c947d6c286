"""What somebody chose, beside what is usual."""

from dataclasses import dataclass

from accounts.models import User
from realtime import kinds
from realtime.kinds import AREAS, Kind
from realtime.models import NotificationPreference


@dataclass(frozen=True)
class Choice:
    kind: Kind
    in_page: bool
    by_mail: bool


def matrix(user: User) -> list[Choice]:
    rows = NotificationPreference.objects.filter(user=user)
    decided = {row.kind: row for row in rows}
    return [_choice(kind, decided.get(kind.name)) for kind in kinds.choosable(user)]


def _choice(kind: Kind, decided: NotificationPreference | None) -> Choice:
    if decided is None:
        return Choice(kind, kind.has_page, kind.mails)
    return Choice(kind, decided.in_page and kind.has_page, decided.by_mail)


def by_area(choices: list[Choice]) -> list[tuple[str, list[Choice]]]:
    found = {
        area: [choice for choice in choices if choice.kind.area == area]
        for area in dict.fromkeys(choice.kind.area for choice in choices)
    }
    return [(str(AREAS[area]), rows) for area, rows in found.items()]
