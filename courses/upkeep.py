from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from courses.models import Course, SearchWord
from courses.services import achievements, boards, counting, points, ratings, recomputing, streaks
from tutorme.core.upkeep import Chore, Verb, declare


def _progress(*, dry_run: bool) -> int:
    return len(recomputing.recompute(dry_run=dry_run))


def _counts(*, dry_run: bool) -> int:
    return len(counting.recount(dry_run=dry_run))


def _boards(*, dry_run: bool) -> int:
    return boards.recount(now=timezone.now(), dry_run=dry_run)


def _words() -> int:
    """The triggers that write the words do it again; words no course has any more are gone."""
    with transaction.atomic():
        SearchWord.objects.all().delete()
        return Course.objects.update(title=F("title"))


def _counted(name: str, recount: Callable[..., int]) -> Chore:
    work, look = partial(recount, dry_run=False), partial(recount, dry_run=True)
    return Chore(Verb.RECOMPUTE, f"courses.{name}", work, look=look)


declare(
    _counted("achievements", achievements.recount),
    _counted("boards", _boards),
    _counted("counts", _counts),
    _counted("points", points.recount),
    _counted("progress", _progress),
    _counted("streaks", streaks.recount),
    Chore(Verb.RECOMPUTE, "courses.ranks", ratings.rerank),
    Chore(Verb.REINDEX, "courses.words", _words),
)
