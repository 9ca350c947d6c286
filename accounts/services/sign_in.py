"""The one password door: pages, API and admin come through allauth's adapter, which is ours.

A try is reserved before the password is looked at, so parallel guesses cannot slip by, and the
limits count over all doors together. They are per account and per address; neither can be
widened by forged headers, case or spaces.
"""

from allauth.account.adapter import get_adapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.errors import TooManySignInAttempts, WrongCredentials
from accounts.models import User
from tutorme.core.client import address_of
from tutorme.core.limits import Limit, forget, hit

PER_ACCOUNT = Limit("sign-in-account", 5, 300)
PER_ADDRESS = Limit("sign-in-address", 30, 60)


def check_password(request: HttpRequest, *, email: str, password: str) -> User:
    """The account, or `WrongCredentials`, the same whether or not the address is known."""
    try:
        user: User | None = get_adapter(request).authenticate(
            request, email=canonical(email), password=password
        )
    except ValidationError as error:
        raise TooManySignInAttempts(retry_after=PER_ACCOUNT.seconds) from error
    if user is None:
        raise WrongCredentials
    return user


def reserve_try(request: HttpRequest, email: str) -> bool:
    """Whether one more password may be tested now; counts it either way."""
    by_address = hit(PER_ADDRESS, address_of(request))
    return by_address.allowed and hit(PER_ACCOUNT, canonical(email)).allowed


def forgive_tries(email: str) -> None:
    """The right password was given: earlier slips no longer count against the account."""
    forget(PER_ACCOUNT, canonical(email))


def canonical(email: str) -> str:
    return email.strip().lower()
