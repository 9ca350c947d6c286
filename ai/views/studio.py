"""The studio: one's drafts, asking for one, and following it to the course."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ai import briefs, costs, lessons, outlines
from ai.forms.studio import CourseBriefForm, PracticeForm
from ai.gateways import chat
from ai.models import Draft, Node
from ai.services import accepting, asking, drafts, quotas
from courses.models import Course, LessonDraft
from courses.services import drafting
from tutorme.core.access import TUTOR, actors_of
from tutorme.core.errors import DomainError

PAGE = require_http_methods(["GET", "HEAD", "POST"])
REFRESH_S = 4
_LESSONS = 200
_TYPES = (
    ("text", _lazy("Text")),
    ("video", _lazy("Video script")),
    ("quiz", _lazy("Quiz")),
    ("exercise", _lazy("Exercise")),
)


def own_draft(request: HttpRequest, draft_id: UUID) -> Draft:
    _require_tutor(request)
    rows = Draft.objects.visible_to(request.user).select_related("job", "course")
    draft = rows.filter(pk=draft_id).first()
    if draft is None:
        raise Http404
    return draft


def _require_tutor(request: HttpRequest) -> None:
    if not actors_of(request.user) & TUTOR:
        raise PermissionDenied


def told(error: DomainError) -> str:
    named = error.extras.get("problems") or error.extras.get("flags") or []
    return " ".join([error.detail, *map(str, named)])


@login_required
@never_cache
@require_safe
def studio(request: HttpRequest) -> HttpResponse:
    _require_tutor(request)
    assert request.user.pk is not None
    parts = Q(nodes__kind__in=("lesson", "project", "set"))
    rows = Draft.objects.filter(author_id=request.user.pk).annotate(
        parts=Count("nodes", filter=parts),
        accepted=Count("nodes", filter=Q(nodes__state="accepted")),
    )
    context = {
        "drafts": rows.defer("outline", "brief").order_by("-id")[:50],
        "is_on": chat.is_configured(),
        "usage": quotas.standing(request.user.pk),
    }
    return render(request, "ai/studio.html", context)


@login_required
@never_cache
@PAGE
def new_course(request: HttpRequest) -> HttpResponse:
    """`estimate` shows what it may cost; anything else begins."""
    _require_tutor(request)
    form = CourseBriefForm(request.POST or None)
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        brief = briefs.course(form.cleaned_data)
        if "estimate" in request.POST:
            asked = {**brief, "materials": form.materials()}
            context["estimate"] = costs.estimate(asked)
            return _form_page(request, "ai/course.html", context, 200)
        return _begin(request, form, brief, "ai/course.html")
    return _form_page(request, "ai/course.html", context, 422 if form.errors else 200)


def _form_page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    assert request.user.pk is not None
    is_on = chat.is_configured()
    context |= {"is_on": is_on, "usage": quotas.standing(request.user.pk)}
    return render(request, template, context, status=status if is_on else 503)


def _begin(
    request: HttpRequest,
    form: Any,
    brief: briefs.Brief,
    template: str,
    course: Course | None = None,
    **context: Any,
) -> HttpResponse:
    try:
        draft = drafts.begin(
            author=request.user,
            brief=brief,
            materials=form.materials(),
            key=request.POST.get("key", "")[:64],
            course=course,
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _form_page(request, template, {"form": form, **context}, error.status)
    return redirect("ai-draft", draft_id=draft.pk)


@login_required
@never_cache
@PAGE
def new_practice(request: HttpRequest, kind: str) -> HttpResponse:
    """Exercises or a quiz on their own."""
    _require_tutor(request)
    rows = _own_lessons(request)
    initial = {"lesson": request.GET.get("lesson", "")}
    form = PracticeForm(
        request.POST or None,
        kind=kind,
        initial=initial,
        lessons=[(str(row.pk), f"{row.course.title}: {row.title}") for row in rows],
    )
    context: dict[str, Any] = {"form": form, "kind": kind}
    if request.method == "POST" and form.is_valid():
        lesson = next((row for row in rows if str(row.pk) == form.cleaned_data["lesson"]), None)
        brief = briefs.practice(kind, form.cleaned_data, lesson)
        if "estimate" in request.POST:
            context["estimate"] = costs.estimate({**brief, "materials": form.materials()})
            return _form_page(request, "ai/practice.html", context, 200)
        course = lesson.course if lesson else None
        return _begin(request, form, brief, "ai/practice.html", course, kind=kind)
    status = 422 if form.errors else 200
    return _form_page(request, "ai/practice.html", context, status)


def _own_lessons(request: HttpRequest) -> list[LessonDraft]:
    """Of the courses one edits; a course nobody opened since drafts exist has none yet."""
    courses = Course.objects.filter(instructor_id=request.user.pk)
    for course in courses.filter(draft=None)[:20]:
        drafting.draft_of(course)
    rows = LessonDraft.objects.filter(course__in=courses).select_related("course")
    return list(rows.order_by("course__title", "position")[:_LESSONS])


# One draft -------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return page(request, own_draft(request, draft_id))


def page(request: HttpRequest, row: Draft, status: int = 200) -> HttpResponse:
    nodes = list(row.nodes.exclude(kind=Node.Kind.OUTLINE).order_by("position"))
    context = {
        "draft": row,
        "nodes": nodes,
        "outline": row.outline if row.state == Draft.State.OUTLINE_READY else None,
        "outline_node": row.nodes.filter(kind=Node.Kind.OUTLINE).first(),
        "spent": asking.spent(row),
        "estimate": drafts.estimate(row),
        "can_resume": drafts.can_resume(row),
        "ready": sum(node.state == Node.State.READY for node in nodes),
        "is_on": chat.is_configured(),
        "lessons": _own_lessons(request) if row.kind != Draft.Kind.COURSE else [],
        "chosen": (row.brief.get("lesson") or {}).get("id", ""),
        "types": _TYPES,
    }
    if row.is_working:
        context["refresh_seconds"] = REFRESH_S
    return render(request, "ai/draft.html", context, status=status)


@login_required
@require_POST
def outline(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Saves what the author made of the outline; with `write`, the lessons are begun as well."""
    row = own_draft(request, draft_id)
    revision = request.POST.get("revision", "")
    try:
        if row.outline is not None:
            drafts.edit_outline(
                draft=row,
                outline=outlines.edited(row.outline, request.POST),
                actor=request.user,
                revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
            )
        if "write" in request.POST:
            drafts.write_lessons(draft=row)
    except DomainError as error:
        messages.error(request, told(error))
        return page(request, own_draft(request, draft_id), status=error.status)
    messages.success(request, _("Saved."))
    return redirect("ai-draft", draft_id=draft_id)


@login_required
@require_POST
def act(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Stop, go on, throw away, or accept all that no check objects to."""
    row = own_draft(request, draft_id)
    try:
        match request.POST.get("act", ""):
            case "stop":
                drafts.stop(draft=row)
            case "resume":
                drafts.resume(draft=row)
            case "reject":
                drafts.reject(draft=row)
            case "accept":
                accepting.accept_ready(draft=row, actor=request.user)
            case _:
                raise Http404
    except DomainError as error:
        messages.error(request, told(error))
        return page(request, own_draft(request, draft_id), status=error.status)
    return redirect("ai-draft", draft_id=draft_id)


@login_required
@require_POST
def attach(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    row = own_draft(request, draft_id)
    wanted = request.POST.get("lesson", "")
    lesson = next((one for one in _own_lessons(request) if str(one.pk) == wanted), None)
    if lesson is None:
        messages.error(request, _("Choose a lesson of yours."))
        return page(request, row, status=422)
    try:
        looked = bool(request.POST.get("looked"))
        node = accepting.attach(draft=row, lesson=lesson, actor=request.user, looked=looked)
    except DomainError as error:
        messages.error(request, told(error))
        return page(request, own_draft(request, draft_id), status=error.status)
    messages.success(request, _("It stands in the course's draft now."))
    return redirect("teach-lesson", slug=lesson.course.slug, lesson_id=node.lesson_id)


@login_required
@never_cache
@require_safe
def export(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    row = own_draft(request, draft_id)
    node = row.nodes.filter(kind=Node.Kind.SET, content__isnull=False).first()
    if node is None:
        raise Http404
    name, text = lessons.export(node)
    kind = "application/yaml" if name.endswith(".yaml") else "text/markdown"
    answer = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@never_cache
@require_safe
def log(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Every call to the model for a draft."""
    row = own_draft(request, draft_id)
    titles = dict(row.nodes.exclude(kind=Node.Kind.OUTLINE).values_list("key", "title"))
    runs = list(row.runs.order_by("-id")[:200])
    context = {
        "draft": row,
        "runs": [{"run": run, "title": titles.get(run.node, "")} for run in runs],
        "spent": asking.spent(row),
        "tokens": sum(run.tokens for run in runs),
    }
    return render(request, "ai/log.html", context)
