from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from webhooks import catalog
from webhooks.services import endpoints

MINE, SITE = "me", "site"


def _by_area(*, to_site: bool) -> list[tuple[str, list[tuple[str, str]]]]:
    areas: dict[str, list[tuple[str, str]]] = {}
    for kind in catalog.offered(to_site=to_site):
        areas.setdefault(str(kind.area), []).append((kind.name, str(kind.label)))
    return list(areas.items())


class EndpointForm(forms.Form):
    """Of an endpoint that exists: whose it is stays."""

    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_("Https, and reachable from the internet."),
        widget=forms.URLInput,
    )
    description = forms.CharField(label=_("Name"), max_length=80, required=False)
    types = forms.MultipleChoiceField(label=_("Tell it when"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, to_site: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = self.fields["types"]
        assert isinstance(types, forms.MultipleChoiceField)
        types.choices = _by_area(to_site=to_site)


class NewEndpointForm(EndpointForm):
    whose = forms.ChoiceField(label=_("For"), help_text=_("Whose news it hears."))
    field_order = ("whose", "url", "description", "types")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, to_site=user.is_admin, **kwargs)
        desks = [(str(row.pk), row.name) for row in endpoints.owned_by(user).order_by("name")[:50]]
        whole = [(SITE, _("The whole site"))] if user.is_admin else []
        whose = self.fields["whose"]
        assert isinstance(whose, forms.ChoiceField)
        choices: list[tuple[Any, Any]] = [(MINE, _("Myself")), *desks, *whole]
        whose.choices = choices


class ReplayForm(forms.Form):
    since = forms.DateTimeField(
        label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    until = forms.DateTimeField(
        label=_("To"), required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    everything = forms.BooleanField(label=_("Also what it has accepted already"), required=False)
