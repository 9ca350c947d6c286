"""What people bring along to any page: a streak, points, and news they have not read."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from courses.models import Motivation
from realtime.models import Notification

UNREAD = 3


def live(learners: Sequence[User]) -> None:
    now = timezone.now()
    Motivation.objects.bulk_create(
        Motivation(
            user=learner,
            run=number % 15,
            longest=15,
            last_on=now.date(),
            last_at=now,
            holds_on=now.date() + timedelta(days=1),
            zone="UTC",
        )
        for number, learner in enumerate(learners)
    )
    for number, learner in enumerate(learners):
        learner.points = 5 * (number % 200)
    User.objects.bulk_update(learners, ["points"])
    Notification.objects.bulk_create(
        Notification(
            user=learner,
            seq=place + 1,
            kind="course-published",
            dedupe_key=f"bench:{learner.pk}:{place}",
        )
        for learner in learners
        for place in range(UNREAD)
    )
