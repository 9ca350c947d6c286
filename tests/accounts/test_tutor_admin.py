"""The admin's desk: applications are read whole and decided with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import NotYoursToDecide, ReviewDecided
from accounts.models import Subject, TutorProfile, TutorReview, User
from accounts.services import tutor_review
from realtime.announcements import words
from realtime.models import Notification
from tests.accounts.conftest import WHOLE, with_picture
from tests.accounts.test_tutors import OWN, SUBMIT, write

PROFILES = "/admin/accounts/tutorprofile/"


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.fixture
def waiting(api, sam: User, subjects, media) -> TutorReview:
    with_picture(sam)
    write(api(sam), WHOLE, "put")
    api(sam).post(SUBMIT)
    return TutorReview.objects.get()


def door(review: TutorReview) -> str:
    return reverse("admin:accounts_tutorreview_decide", args=[review.pk])


@pytest.mark.django_db
def test_an_application_is_read_and_approved(desk: Client, waiting: TutorReview) -> None:
    listed = desk.get("/admin/accounts/tutorreview/").content.decode()
    assert door(waiting) in listed
    page = desk.get(door(waiting)).content.decode()
    for said in (WHOLE["headline"], WHOLE["legal_name"], "CAPES"):
        assert said in page
    version = waiting.profile.version
    assert desk.post(door(waiting), {"version": version, "approve": "1"}).status_code == 302
    assert TutorProfile.objects.get().state == "approved"
    assert 'name="approve"' not in desk.get(door(waiting)).content.decode()


@pytest.mark.django_db
def test_sending_back_needs_a_reason_and_an_old_page_is_refused(
    desk: Client, api, sam: User, waiting: TutorReview
) -> None:
    version = waiting.profile.version
    silent = desk.post(door(waiting), {"version": version, "reject": "1", "reason": ""})
    assert "Say why" in silent.content.decode()
    write(api(sam), {"degree": "PhD"})
    late = desk.post(door(waiting), {"version": version, "approve": "1"})
    assert "Read the present version" in late.content.decode()
    fresh = TutorProfile.objects.get().version
    desk.post(door(waiting), {"version": fresh, "reject": "1", "reason": "Which school?"})
    assert api(sam).get(OWN).json()["review"]["reason"] == "Which school?"


@pytest.mark.django_db
def test_a_paper_is_asked_for_and_the_application_waits_on(
    desk: Client, sam: User, waiting: TutorReview, drain
) -> None:
    asked = {"version": waiting.profile.version, "ask": "1"}
    assert "Say why" in desk.post(door(waiting), asked).text
    page = desk.post(door(waiting), {**asked, "reason": "Your diploma, please"}, follow=True).text
    assert "Papers asked for" in page
    assert "Your diploma, please" in page
    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == ("open", "")
    drain()
    told = Notification.objects.get(user=sam, kind="paper-asked")
    assert "Your diploma, please" in words(told.kind, told.facts, "en").body
    desk.post(door(waiting), {**asked, "reason": "Your passport, please"})
    drain()
    assert Notification.objects.filter(kind="paper-asked").count() == 2


@pytest.mark.django_db
def test_the_control_nobody_asks_themselves_or_after_the_decision(
    desk: Client, sam: User, ada: User, waiting: TutorReview
) -> None:
    with pytest.raises(NotYoursToDecide):
        tutor_review.ask_for_paper(review_id=waiting.pk, actor=sam, wanted="x")
    desk.post(door(waiting), {"version": waiting.profile.version, "approve": "1"})
    with pytest.raises(ReviewDecided):
        tutor_review.ask_for_paper(review_id=waiting.pk, actor=ada, wanted="x")


@pytest.mark.django_db
def test_changes_are_shown_beside_what_is_live(
    desk: Client, api, tess: User, subjects, media
) -> None:
    write(api(tess), {"degree": "PhD in Topology"})
    review = TutorReview.objects.get()
    assert "PhD in Topology" in desk.get(door(review)).content.decode()


@pytest.mark.django_db
def test_badges_and_withdrawals_carry_a_reason(desk: Client, tess: User) -> None:
    chosen = {"_selected_action": [str(tess.pk)], "asked": "1", "counted": "1"}
    desk.post(PROFILES, {**chosen, "action": "give_badge", "badge": "examiner", "reason": "Seen"})
    assert TutorProfile.objects.get().badge == "examiner"
    desk.post(PROFILES, {**chosen, "action": "withdraw_approval", "reason": "Not theirs"})
    assert TutorProfile.objects.get().state == "rejected"


@pytest.mark.django_db
def test_subjects_are_edited_and_never_deleted(desk: Client, subjects) -> None:
    path = "/admin/accounts/subject/"
    fields = {
        "slug": "knitting",
        "name": "Knitting",
        "family": "art",
        "also": "",
        "is_offered": "on",
    }
    assert desk.post(f"{path}add/", fields).status_code == 302
    assert Subject.objects.get(pk="knitting").family == "art"
    assert desk.post(f"{path}knitting/delete/").status_code == 403


@pytest.mark.django_db
def test_students_and_tutors_decide_nothing(
    client: Client, tess: User, waiting: TutorReview
) -> None:
    client.force_login(tess)
    assert client.post(door(waiting), {"version": 1, "approve": "1"}).status_code == 302
    assert TutorReview.objects.get().state == "open"
