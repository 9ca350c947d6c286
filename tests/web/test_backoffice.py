"""The admin's first page: every tile leads to the rows it counts."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course, CourseRating
from courses.services import ratings
from payments.services import commission
from tests import cast
from tests.core.probe import Rang
from tutorme.core import audit, invariants, metrics, outbox
from tutorme.core.models import OutboxDelivery
from tutorme.web import backoffice

pytestmark = pytest.mark.django_db


def test_an_empty_house_asks_for_nobody(client, ada: User) -> None:
    client.force_login(ada)
    page = client.get(reverse("admin:index"))
    assert page.status_code == 200
    assert "desk-alarm" not in page.text
    assert "Not known" in page.text, "nobody has looked yet"
    invariants.check_all()
    assert "Not known" not in client.get(reverse("admin:index")).text


def test_what_died_is_an_alarm_and_the_way_to_it(client, ada: User) -> None:
    outbox.record(Rang("door"))
    OutboxDelivery.objects.update(state="dead")
    invariants.check_all()
    client.force_login(ada)
    page = client.get(reverse("admin:index")).text
    assert page.count("desk-alarm") == 1
    assert "Broken" in page
    assert "test.rang" in page


@pytest.mark.parametrize(
    "path", ["/admin/health/", "/admin/schedules/", "/api/v1/system/health/", "/metrics"]
)
def test_how_the_house_is_doing_is_for_who_runs_it(
    api, sam: User, tess: User, ada: User, path: str
) -> None:
    def seen_by(person: User | None) -> int:
        asked = api(person) if path.startswith("/api/") else Client()
        if person and not path.startswith("/api/"):
            asked.force_login(person)
        return int(asked.get(path).status_code)

    clerk = cast.person("Clerk", is_staff=True)
    assert {seen_by(person) for person in (None, sam, tess, clerk)} <= {302, 401, 403}
    assert seen_by(ada) == 200


def test_every_tile_leads_to_a_list_that_takes_its_filter(client, ada: User) -> None:
    """An admin list answers a filter it does not know with a redirect to `?e=1`."""
    client.force_login(ada)
    page = client.get(reverse("admin:index")).text
    links = set(re.findall(r'<h3><a href="([^"]+)"', page))
    assert len(links) > 10
    for link in links:
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_what_was_reported_waits_for_a_person(
    client, ada: User, sam: User, tess: User, otto: User
) -> None:
    facts = {"category": "maths", "difficulty": "beginner", "state": "published"}
    course = Course.objects.create(slug="c", title="C", instructor=tess, **facts)
    rating = CourseRating.objects.create(course=course, user=sam, rating=1, review="Rude")
    ratings.report(rating=rating, reporter=otto, reason="Insults")
    client.force_login(ada)
    page = client.get(reverse("admin:index")).text
    assert page.count("desk-alarm") == 1
    assert reverse("admin:courses_ratingreport_changelist") + "?state__exact=open" in page


def test_every_provider_leads_to_what_is_known_of_it(client, ada: User) -> None:
    metrics.count_call(metrics.Call("paypal", "2xx", 0.1))
    client.force_login(ada)
    page = client.get(reverse("admin:index")).text
    assert f'<a href="{reverse("admin-health")}">PayPal</a>' in page
    page = client.get(reverse("admin-health")).text
    assert "<td>PayPal</td>" in page


def test_sign_ups_are_counted_by_day(sam: User, otto: User) -> None:
    chart = backoffice.signups()
    assert len(chart.bars) == 30
    assert [bar.text for bar in chart.bars][-1] == "2"


def test_the_rules_in_force_are_those_that_are_kept(client, ada: User, settings) -> None:
    settings.PAYOUT_TWO_PERSON_MINOR = 123456
    client.force_login(ada)
    page = client.get(reverse("admin-policies")).text
    assert "from 0 on 20%" in page
    assert "Everything back until 12 hours before the lesson." in page
    assert "1234.56" in page
    commission.publish(tiers=[[0, 250]], note="winter", actor=ada)
    page = client.get(reverse("admin-policies")).text
    assert "from 0 on 25%" in page
    assert "winter" in page
    assert reverse("admin:payments_commissionschedule_add") in page


def test_dates_are_not_american_and_abbreviations_are_written_out(client, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(
        created_at=datetime(2026, 3, 4, 15, 6, tzinfo=UTC), time_zone="UTC"
    )
    client.force_login(ada)
    people = client.get(reverse("admin:accounts_user_changelist")).text
    assert "4 Mar 2026, 15:06" in people
    assert re.search(r">\s*E-mail\s*<", people)
    assert not re.search(r">\s*Email\s*<", people)
    audit.record("user.suspended", target=ada, reason="test")
    entries = client.get(reverse("admin:core_auditentry_changelist")).text
    assert re.search(r">\s*Target ID\s*<", entries)
    assert not re.search(r">\s*Target id\s*<", entries)


def test_an_american_date_is_refused_rather_than_misread() -> None:
    field = forms.DateField(localize=True)
    with pytest.raises(forms.ValidationError):
        field.clean("3/4/2026")
    assert field.clean("2026-03-04") == field.clean("4 Mar 2026") == date(2026, 3, 4)


def test_a_report_names_its_columns_once(client, ada: User) -> None:
    client.force_login(ada)
    report = client.get(reverse("admin-reports")).text
    assert report.count("As long before") == 1
    assert client.get(reverse("admin-policies")).text.count(">Set by<") == 1
