"""Courses people ask for; an admin reads them and closes those nothing will come of."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from courses.models import CourseWish
from courses.services import wishing
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(CourseWish)
class CourseWishAdmin(ReadOnlyAdmin):
    list_display = ("words", "level", "state", "user", "note", "course", "created_at")
    list_filter = ("state", "level")
    search_fields = ("words", "note", "user__email")
    list_select_related = ("user", "course")
    ordering = ("-created_at", "-id")
    exclude = ("words_key",)
    actions = ("close",)

    @admin.action(description=_("Close: nothing comes of it"))
    def close(self, request: HttpRequest, rows: QuerySet[CourseWish]) -> None:
        closed = sum(wishing.close(wish=row, actor_id=request.user.pk) for row in rows)
        said = ngettext("%(n)d wish is closed.", "%(n)d wishes are closed.", closed)
        messages.info(request, said % {"n": closed})
