"""The settings: one page per thing a person decides about their own account."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.profile import PictureForm, PreferencesForm, ProfileForm, SkillForm
from accounts.forms.refusals import add_refusal
from accounts.models import Level, Skill, User
from accounts.queries.people import picture_of
from accounts.queries.subjects import suggested_names
from accounts.services import profiles, skills
from tutorme.core.errors import DomainError, NotFound

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def owner(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@PAGE
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance_of=owner(request))
    if request.method == "POST" and form.is_valid():
        try:
            profiles.update_profile(user=owner(request), changes=form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error, field="username")
        else:
            messages.success(request, _("Your profile was saved."))
            return redirect("settings-profile")
    return _profile_page(request, form, PictureForm())


def _profile_page(request: HttpRequest, form: ProfileForm, picture: PictureForm) -> HttpResponse:
    context = {"form": form, "picture_form": picture, "picture": picture_of(owner(request))}
    status = 422 if form.errors or picture.errors else 200
    return render(request, "settings/profile.html", context, status=status)


@login_required
@require_POST
def picture(request: HttpRequest) -> HttpResponse:
    """A new picture, or none."""
    if "remove" in request.POST:
        profiles.update_profile(user=owner(request), changes={"avatar": None})
        messages.success(request, _("Your picture was removed."))
        return redirect("settings-profile")
    form = PictureForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            profiles.upload_avatar(user=owner(request), upload=form.cleaned_data["picture"])
        except DomainError as error:
            add_refusal(form, error, field="picture")
        else:
            messages.success(request, _("Your picture was saved."))
            return redirect("settings-profile")
    return _profile_page(request, ProfileForm(instance_of=owner(request)), form)


@login_required
@PAGE
def preferences(request: HttpRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance_of=owner(request))
    if request.method == "POST" and form.is_valid():
        profiles.update_preferences(user=owner(request), changes=form.cleaned_data)
        messages.success(request, _("Your preferences were saved."))
        return redirect("settings-preferences")
    status = 422 if form.errors else 200
    return render(request, "settings/preferences.html", {"form": form}, status=status)


@login_required
@PAGE
def skill_list(request: HttpRequest) -> HttpResponse:
    form = SkillForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            skills.add(user=owner(request), **form.cleaned_data)
        except DomainError as error:
            add_refusal(form, error, field="name")
        else:
            messages.success(request, _("The skill is on your list."))
            return redirect("settings-skills")
    context = {
        "form": form,
        "skills": Skill.objects.visible_to(request.user).order_by("name"),
        "levels": Level.choices,
        "suggestions": suggested_names(),
    }
    return render(request, "settings/skills.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def skill(request: HttpRequest, skill_id: UUID) -> HttpResponse:
    """Another level for a skill, or its end."""
    row = Skill.objects.visible_to(request.user).filter(pk=skill_id).first()
    if row is None:
        raise NotFound
    if "remove" in request.POST:
        skills.remove(skill=row)
        messages.success(request, _("The skill was taken off your list."))
    elif (level := request.POST.get("level", "")) in Level.values:
        skills.change(skill=row, changes={"level": level})
        messages.success(request, _("The level was saved."))
    return redirect("settings-skills")
