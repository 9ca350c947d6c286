"""Coming in, for apps: signing up, in, with a second factor, and a forgotten password."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import entrance_shapes as shapes
from accounts.api.card import card
from accounts.errors import OriginRefused, SecondFactorRequired, WrongSecondFactor
from accounts.models import MailedCode, User
from accounts.origin import origin_of
from accounts.services import recovery, registration, second_factor, sessions, sign_in
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.views import ApiView, Idempotency, read_body
from tutorme.core.client import address_of


def refuse_foreign_origin(request: HttpRequest | Request) -> None:
    """Anonymous views get no CSRF check, so signing in asks where the page comes from."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    allowed = {settings.PUBLIC_BASE_URL, *settings.CORS_ALLOWED_ORIGINS}
    own = f"{request.scheme}://{request.get_host()}"
    if origin not in allowed | {own}:
        raise OriginRefused


def pair(request: Request, user: User, *, method: str) -> dict[str, str]:
    """The first tokens of a sign-in, once the second factor was shown or none is set."""
    made = sessions.open_app(user=user, origin=origin_of(request), method=method)
    return {"access": made.access, "refresh": made.refresh}


def pair_or_second_factor(request: Request, user: User, *, method: str) -> dict[str, str]:
    if types := second_factor.types_of(user):
        raise SecondFactorRequired(
            ticket=second_factor.ticket_for(user, method=method),
            types=types,
            next=reverse("auth-token-second-factor"),
        )
    return pair(request, user, method=method)


def waiting_for(code: MailedCode) -> dict[str, object]:
    return {"id": code.pk, "email": code.email, "expires_at": code.expires_at}


class PublicAuthView(ApiView):
    authentication_classes = ()
    idempotency = Idempotency.NONE

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        refuse_foreign_origin(request)


class RegisterView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "register"

    @extend_schema(
        operation_id="auth_register",
        request=shapes.RegisterIn,
        responses={201: shapes.RegisteredOut},
    )
    def post(self, request: Request) -> Response:
        """Create an account: a code goes to the address.

        An address that has an account gets the same answer in the same time, and its owner a mail.
        Send the code to `auth/register/confirm/`.
        """
        body = read_body(shapes.RegisterIn, request)
        role = body.pop("role")
        source = address_of(request)
        code = registration.begin(**body, wants_to_teach=role == "tutor", source=source)
        return Response({"verification": waiting_for(code)}, status=201)


class RegisterConfirmView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "code"

    @extend_schema(
        operation_id="auth_register_confirm",
        request=shapes.CodeIn,
        responses={201: shapes.SignedUpOut},
    )
    def post(self, request: Request) -> Response:
        """The mailed code makes the account and signs it in."""
        body = read_body(shapes.CodeIn, request)
        user = registration.confirm(code_id=body["id"], code=body["code"])
        return Response({"user": card(user), **pair(request, user, method="code")}, status=201)


class RegisterResendView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "register"

    @extend_schema(
        operation_id="auth_register_resend",
        request=shapes.VerificationIn,
        responses={201: shapes.RegisteredOut},
    )
    def post(self, request: Request) -> Response:
        """Another code for the same sign-up; the one before stops working."""
        body = read_body(shapes.VerificationIn, request)
        code = registration.ask_again(code_id=body["id"], source=address_of(request))
        return Response({"verification": waiting_for(code)}, status=201)


class TokenView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "login"

    @extend_schema(
        operation_id="auth_token", request=shapes.CredentialsIn, responses=shapes.PairOut
    )
    def post(self, request: Request) -> Response:
        """Exchange e-mail and password for an access and a refresh token.

        With a second factor: 401 `second-factor-required` with `ticket`, `types` and `next`.
        """
        body = read_body(shapes.CredentialsIn, request)
        user = sign_in.check_password(request._request, **body)
        return Response(pair_or_second_factor(request, user, method="password"))


class SecondFactorView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "login"

    @extend_schema(
        operation_id="auth_token_second_factor",
        request=shapes.SecondFactorIn,
        responses=shapes.PairOut,
    )
    def post(self, request: Request) -> Response:
        """Finish a sign-in with a code of the authenticator app, or a recovery code."""
        body = read_body(shapes.SecondFactorIn, request)
        ticket = second_factor.read_ticket(body["ticket"])
        if second_factor.match(ticket.user, body["code"]) is None:
            raise WrongSecondFactor
        return Response(pair(request, ticket.user, method=f"{ticket.method}+code"))


class RefreshView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}

    @extend_schema(
        operation_id="auth_token_refresh", request=shapes.RefreshIn, responses=shapes.PairOut
    )
    def post(self, request: Request) -> Response:
        """Rotate: the next pair for a refresh token, once. A reused token ends the sign-in."""
        made = tokens.refresh(read_body(shapes.RefreshIn, request)["refresh"])
        return Response({"access": made.access, "refresh": made.refresh})


class RevokeView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}

    @extend_schema(
        operation_id="auth_token_revoke", request=shapes.RefreshIn, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Sign out the device that holds this refresh token."""
        tokens.revoke(read_body(shapes.RefreshIn, request)["refresh"])
        return Response(status=204)


class PasswordResetView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "register"

    @extend_schema(
        operation_id="auth_password_reset",
        request=shapes.EmailIn,
        responses={202: shapes.RegisteredOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a code to set a new password; the answer is the same for every address."""
        body = read_body(shapes.EmailIn, request)
        code = recovery.begin(email=body["email"], source=address_of(request))
        return Response({"verification": waiting_for(code)}, status=202)


class PasswordResetConfirmView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "code"

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        request=shapes.ResetIn,
        responses=shapes.PairOut,
    )
    def post(self, request: Request) -> Response:
        """Set the new password with the mailed code; every older sign-in ends.

        Answers with a first pair of tokens, or 401 `second-factor-required`.
        """
        body = read_body(shapes.ResetIn, request)
        user = recovery.finish(
            code_id=body["id"],
            code=body["code"],
            password=body["password"],
            origin=origin_of(request),
        )
        return Response(pair_or_second_factor(request, user, method="code"))
