"""The admin over what core keeps: every page opens, facts cannot be typed over."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from tests.core.probe import Rang
from tutorme.core import audit, inbox, outbox
from tutorme.core.models import AuditEntry, OutboxDelivery

LISTS = sorted(
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    for model in admin.site._registry
)


@pytest.fixture
def rows(ada: User) -> None:
    outbox.record(Rang("door"))
    audit.record("user.suspended", target=ada, reason="test")
    inbox.store(provider="probe", delivery_id="d1", kind="probe.rang", body=b"{}", headers={})


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_and_searches(client, ada: User, rows, name) -> None:
    client.force_login(ada)
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), {"q": "door"}).status_code == 200


@pytest.mark.django_db
def test_a_dead_delivery_is_retried_from_the_admin(client, ada: User, rows) -> None:
    client.force_login(ada)
    OutboxDelivery.objects.update(state="dead")
    chosen = list(OutboxDelivery.objects.values_list("pk", flat=True))
    client.post(
        reverse("admin:core_outboxdelivery_changelist"),
        {"action": "retry", "_selected_action": chosen},
    )
    assert not OutboxDelivery.objects.filter(state="dead").exists()


@pytest.mark.django_db
def test_students_and_visitors_find_no_admin(client, sam: User) -> None:
    assert client.get(reverse("admin:index")).status_code == 302
    client.force_login(sam)
    assert client.get(reverse("admin:index")).status_code in {302, 403, 404}


@pytest.mark.django_db
def test_an_admin_suspends_others_but_not_herself(client, ada: User, sam: User) -> None:
    client.force_login(ada)
    chosen = {"action": "suspend", "_selected_action": [sam.pk, ada.pk]}
    path = reverse("admin:accounts_user_changelist")
    asked = client.post(path, chosen)
    assert b'name="reason"' in asked.content
    assert client.post(path, {**chosen, "asked": "1", "reason": " "}).status_code == 200
    sam.refresh_from_db()
    assert sam.is_active
    client.post(path, {**chosen, "asked": "1", "reason": "Sold answers"})
    sam.refresh_from_db()
    ada.refresh_from_db()
    assert (sam.is_active, ada.is_active) == (False, True)
    assert AuditEntry.objects.get(action="user.suspended").reason == "Sold answers"


@pytest.mark.django_db
def test_a_fact_is_shown_and_nothing_offers_to_save_it(client, ada: User, tess: User) -> None:
    client.force_login(ada)
    path = reverse("admin:accounts_user_change", args=[tess.pk])
    page = client.get(path)
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    client.post(path, {"display_name": "Typed over", "email": "x@example.test"})
    tess.refresh_from_db()
    assert tess.display_name == "Tess"
