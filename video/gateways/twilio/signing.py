"""Whether a callback comes from Twilio: X-Twilio-Signature over the public URL and the form."""

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]


def is_genuine(
    *, auth_token: str, url: str, form: Mapping[str, Sequence[str]], signature: str
) -> bool:
    """`url` as Twilio was told it, never as a proxy passed it on: the scheme is signed too. Without
    an auth token nothing is genuine."""
    if not auth_token or not signature:
        return False
    return bool(RequestValidator(auth_token).validate(url, _Form(form), signature))


class _Form(dict[str, Sequence[str]]):
    """What the validator takes for a form with repeated names."""

    def getlist(self, name: str) -> list[str]:
        return list(self[name])
