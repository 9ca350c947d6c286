"""Questions under a lesson: a list with a search and a form, and a page for each."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request
from rest_framework.views import APIView

from courses.forms.assessment import PostForm, ReportForm, SearchForm, ThreadForm
from courses.models import Post, Thread, ThreadFollow, Vote
from courses.queries import owns
from courses.services import discussions
from courses.views.learn import Place, place_of
from tutorme.core.api.pagination import CursorPage
from tutorme.core.errors import DomainError, InvalidInput, NotFound


def _place(request: HttpRequest, slug: str, key: str) -> Place:
    """Where this person may read and write; a visitor of a free lesson may not."""
    place = place_of(request, slug, key)
    course = place.course
    if not discussions.is_member(request.user, course.pk, course.instructor_id):
        raise Http404
    return place


def _page(request: HttpRequest, rows: Any, ordering: tuple[str, ...]) -> tuple[list[Any], Any]:
    page = CursorPage()
    view = cast(APIView, SimpleNamespace(page_ordering=ordering))
    try:
        return page.paginate_queryset(rows, Request(request), view) or [], page
    except (NotFound, InvalidInput) as error:
        raise Http404 from error


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def threads(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = _place(request, slug, key)
    form = ThreadForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made = discussions.ask(user=request.user, lesson=place.lesson, **form.cleaned_data)
        messages.success(request, _("Your question is asked. You will be told of answers."))
        return redirect("courses-thread", slug=slug, key=key, thread_id=made.pk)
    text = SearchForm(request.GET).text()
    rows = Thread.objects.visible_to(request.user).filter(lesson=place.lesson)
    rows = rows.matching(text) if text else rows
    found, page = _page(request, rows.select_related("author"), ("-created_at", "-id"))
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "threads": found,
        "next": page.get_next_link() or "",
        "previous": page.get_previous_link() or "",
        "form": form,
        "q": text,
    }
    status = 422 if form.errors else 200
    return render(request, "courses/threads.html", context, status=status)


@login_required
@never_cache
@require_safe
def thread(request: HttpRequest, slug: str, key: str, thread_id: UUID) -> HttpResponse:
    place = _place(request, slug, key)
    return _shown(request, place, _thread(request, place, thread_id))


def _me(request: HttpRequest) -> UUID:
    assert request.user.pk is not None
    return request.user.pk


def _thread(request: HttpRequest, place: Place, thread_id: UUID) -> Thread:
    rows = Thread.objects.visible_to(request.user).select_related("author")
    mine = Vote.objects.filter(user_id=_me(request), thread=OuterRef("pk"))
    follows = ThreadFollow.objects.filter(user_id=_me(request), thread=OuterRef("pk"))
    found = rows.annotate(voted=Exists(mine), followed=Exists(follows))
    row = found.filter(lesson=place.lesson, pk=thread_id).first()
    if row is None:
        raise Http404
    return row


def _shown(
    request: HttpRequest, place: Place, row: Thread, form: PostForm | None = None
) -> HttpResponse:
    mine = Vote.objects.filter(user_id=_me(request), post=OuterRef("pk"))
    posts = Post.objects.visible_to(request.user).filter(thread=row).select_related("author")
    found, page = _page(request, posts.annotate(voted=Exists(mine)), ("created_at", "id"))
    teaches = owns(place.course, request.user)
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "thread": row,
        "posts": found,
        "next": page.get_next_link() or "",
        "previous": page.get_previous_link() or "",
        "can_accept": teaches or row.author_id == request.user.pk,
        "form": form or PostForm(),
        "report_form": ReportForm(),
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "courses/thread.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, slug: str, key: str, thread_id: UUID) -> HttpResponse:
    """One form each for answering, changing, taking back, voting, following, reporting."""
    place = _place(request, slug, key)
    row = _thread(request, place, thread_id)
    step = _STEPS.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    try:
        said = step(request, row)
    except _Invalid as error:
        return _shown(request, place, row, error.form)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, said)
    if request.POST["do"] == "delete":
        return redirect("courses-threads", slug=slug, key=key)
    return redirect("courses-thread", slug=slug, key=key, thread_id=thread_id)


class _Invalid(Exception):
    def __init__(self, form: PostForm) -> None:
        super().__init__("invalid")
        self.form = form


def _body(request: HttpRequest) -> str:
    form = PostForm(request.POST)
    if not form.is_valid():
        raise _Invalid(form)
    return str(form.cleaned_data["body"])


def _post(request: HttpRequest, row: Thread) -> Post:
    """The answer a button stands beside."""
    try:
        pk = UUID(request.POST.get("post", ""))
    except ValueError as error:
        raise NotFound from error
    found = Post.objects.visible_to(request.user).filter(thread=row, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _target(request: HttpRequest, row: Thread) -> Thread | Post:
    return _post(request, row) if request.POST.get("post") else row


def _answer(request: HttpRequest, row: Thread) -> str:
    discussions.answer(user=request.user, thread_id=row.pk, body=_body(request))
    return _("Your answer is there. Thank you.")


def _edit(request: HttpRequest, row: Thread) -> str:
    if request.POST.get("post"):
        target = _post(request, row)
        discussions.edit_post(user=request.user, post_id=target.pk, body=_body(request))
    else:
        form = ThreadForm(request.POST)
        if not form.is_valid():
            return _("Nothing was changed: a question has a title and a text.")
        discussions.edit_thread(user=request.user, thread_id=row.pk, **form.cleaned_data)
    return _("Changed.")


def _delete(request: HttpRequest, row: Thread) -> str:
    discussions.delete_thread(user=request.user, thread_id=row.pk)
    return _("Your question is taken back.")


def _delete_post(request: HttpRequest, row: Thread) -> str:
    discussions.delete_post(user=request.user, post_id=_post(request, row).pk)
    return _("Your answer is taken back.")


def _accept(request: HttpRequest, row: Thread) -> str:
    discussions.accept(user=request.user, post_id=_post(request, row).pk)
    return _("This answer is marked as the one that helped.")


def _unaccept(request: HttpRequest, row: Thread) -> str:
    discussions.accept(user=request.user, post_id=_post(request, row).pk, accepted=False)
    return _("The mark is taken back.")


def _vote(request: HttpRequest, row: Thread) -> str:
    discussions.vote(user=request.user, target=_target(request, row))
    return _("Your vote is counted.")


def _unvote(request: HttpRequest, row: Thread) -> str:
    discussions.vote(user=request.user, target=_target(request, row), up=False)
    return _("Your vote is taken back.")


def _follow(request: HttpRequest, row: Thread) -> str:
    discussions.follow(user=request.user, thread_id=row.pk)
    return _("You will be told of answers.")


def _unfollow(request: HttpRequest, row: Thread) -> str:
    discussions.follow(user=request.user, thread_id=row.pk, wanted=False)
    return _("You will not be told of answers any more.")


def _report(request: HttpRequest, row: Thread) -> str:
    form = ReportForm(request.POST)
    if form.is_valid():
        discussions.report(user=request.user, target=_target(request, row), **form.cleaned_data)
    return _("Thank you. A moderator will look at it.")


_STEPS: dict[str, Callable[[HttpRequest, Thread], str]] = {
    "answer": _answer,
    "edit": _edit,
    "delete": _delete,
    "delete-post": _delete_post,
    "accept": _accept,
    "unaccept": _unaccept,
    "vote": _vote,
    "unvote": _unvote,
    "follow": _follow,
    "unfollow": _unfollow,
    "report": _report,
}
