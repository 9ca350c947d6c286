"""Which courses stand before the others on the front page."""

from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from courses.models import Course
from tutorme.core import audit
from tutorme.core.errors import NotAllowed


@transaction.atomic
def feature(*, course: Course, actor_id: Any) -> None:
    """A published one. Again: it comes to the front."""
    row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    if row.state != Course.State.PUBLISHED:
        raise NotAllowed(_("It is not in the catalogue."))
    Course.objects.filter(pk=row.pk).update(featured_at=Now())
    audit.record("course.featured", target=row, actor_id=actor_id)


@transaction.atomic
def stop_featuring(*, course: Course, actor_id: Any) -> None:
    row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    if row.featured_at is None:
        raise NotAllowed(_("It is not among those that are put before the others."))
    Course.objects.filter(pk=row.pk).update(featured_at=None)
    audit.record("course.stopped-featuring", target=row, actor_id=actor_id)
