"""The admin over what core keeps: every page opens, facts cannot be typed over."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.core.probe import Rang
from tutorme.core import audit, inbox, outbox
from tutorme.core.models import AuditEntry, OutboxDelivery
from tutorme.core.read_only_admin import EstimatingPaginator

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
    chosen |= {"asked": "1", "counted": "2"}
    assert client.post(path, {**chosen, "reason": " "}).status_code == 200
    sam.refresh_from_db()
    assert sam.is_active
    client.post(path, {**chosen, "reason": "Sold answers"})
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


def counted(rows, *, large: int) -> tuple[int, int]:
    """What the list says there are, and how many statements read the table for it."""
    paginator = EstimatingPaginator(rows, 100)
    paginator.LARGE = large
    with CaptureQueriesContext(connection) as queries:
        found = paginator.count
    return found, sum("COUNT(" in query["sql"].upper() for query in queries)


@pytest.mark.django_db
def test_a_large_table_is_estimated_and_a_narrowed_one_counted(ada: User, sam: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    whole = User.objects.order_by("pk")
    narrowed = whole.filter(is_staff=True)
    # Not large: counted, and exact, whatever the statistics say.
    User.objects.filter(pk=sam.pk).delete()
    assert counted(whole, large=10_000) == (1, 1)
    # Large: PostgreSQL's word, which is the one of before the row went.
    assert counted(whole, large=2) == (2, 0)
    assert counted(narrowed, large=2) == (1, 1)
    assert counted(whole.distinct(), large=2) == (1, 1)


def test_every_screen_pages_so() -> None:
    others = [str(one) for one in admin.site._registry.values() if one.show_full_result_count]
    assert others == []
    assert {one.paginator for one in admin.site._registry.values()} == {EstimatingPaginator}
