"""Settings → security → personal tokens."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.tokens import TokenForm
from accounts.models import User
from accounts.origin import origin_of
from accounts.services import personal_tokens
from accounts.views.confirmed import confirmed
from tutorme.core.errors import InvalidInput


@confirmed
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list, and the form of a new one. Its secret is in this answer and in no other."""
    assert isinstance(request.user, User)
    form, secret = TokenForm(request.POST or None), ""
    if form.is_valid():
        try:
            secret = _made(request, request.user, form)
        except InvalidInput as error:
            for row in error.extras["errors"]:
                form.add_error(None, row["detail"])
        else:
            form = TokenForm()
    context = {"form": form, "secret": secret, "rows": personal_tokens.living(request.user)}
    status = 422 if form.errors else 200
    return render(request, "settings/security/tokens.html", context, status=status)


def _made(request: HttpRequest, user: User, form: TokenForm) -> str:
    given = form.cleaned_data
    return personal_tokens.make(
        user=user,
        name=given["name"],
        scopes=given["scopes"],
        expires_at=timezone.now() + timedelta(days=int(given["days"])),
        origin=origin_of(request),
    ).secret


@login_required
@require_POST
def revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    personal_tokens.revoke(user=request.user, token_id=token_id, origin=origin_of(request))
    messages.success(request, _("The token was revoked."))
    return redirect("account_tokens")
