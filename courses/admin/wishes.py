"""Courses people ask for; an admin reads them and closes those nothing will come of."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from courses.models import CourseWish
from courses.services import wishing
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.errors import NotAllowed
from tutorme.core.read_only_admin import ReadOnlyAdmin


@bulk_admin.action("wishes.close", _("Close: nothing comes of it"))
def close(row: CourseWish, by: By) -> None:
    if not wishing.close(wish=row, actor_id=by.actor_id):
        raise NotAllowed(_("It is closed already, or a course came of it."))


@admin.register(CourseWish)
class CourseWishAdmin(ReadOnlyAdmin):
    list_display = ("words", "level", "state", "user", "note", "course", "created_at")
    list_filter = ("state", "level")
    search_fields = ("words", "note", "user__email")
    list_select_related = ("user", "course")
    ordering = ("-created_at", "-id")
    exclude = ("words_key",)
    actions = (close,)
