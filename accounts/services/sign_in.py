"""The one password door: pages, API and admin come through allauth's adapter, which is ours.

A try is reserved before the password is looked at, so parallel guesses cannot slip by, and the
limits count over all doors together. They are per account and per address; neither can be
widened by forged headers, case or spaces. What others guess does not lock out a browser that
signed in to the account before.
"""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import pauses
from accounts.errors import TooManySignInAttempts, WrongCredentials
from accounts.models import User
from accounts.services import sessions
from tutorme.core.client import address_of
from tutorme.core.limits import Limit, forget, hit

PER_ACCOUNT = Limit("sign-in-account", 5, 300)
PER_DEVICE = Limit("sign-in-device", 5, 300)
PER_ADDRESS = Limit("sign-in-address", 30, 60)


def check_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The account, or `WrongCredentials`, the same whether or not the address is known."""
    try:
        user: User | None = get_adapter(request).authenticate(
            request, email=canonical(email), password=password
        )
    except ValidationError as error:
        raise TooManySignInAttempts(retry_after=pauses.asked_to_wait(request)) from error
    if user is None:
        raise WrongCredentials
    return user


def reserve_try(request: HttpRequest, email: str) -> bool:
    """Whether one more password may be tested now; counts it either way."""
    account = canonical(email)
    for limit, key in ((PER_ADDRESS, address_of(request)), _per_account(request, account)):
        verdict = hit(limit, key)
        if not verdict.allowed:
            pauses.ask_to_wait(request, verdict.retry_after_s)
            return False
    return True


def _per_account(request: HttpRequest, account: str) -> tuple[Limit, str]:
    """A browser that signed in to the account before counts by itself: whoever guesses elsewhere
    cannot lock its owner out there."""
    device = sessions.known_device(request, account)
    return (PER_DEVICE, f"{account}|{device}") if device else (PER_ACCOUNT, account)


def forgive_tries(request: HttpRequest, email: str) -> None:
    """The right password was given: slips before it no longer count. From a device of the
    account, they do not open the door for others who are still guessing."""
    limit, key = _per_account(request, canonical(email))
    forget(limit, key)


def forgive_everybody(email: str) -> None:
    """The password is another one now."""
    forget(PER_ACCOUNT, canonical(email))


def canonical(email: str) -> str:
    return email.strip().lower()
