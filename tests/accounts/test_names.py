"""Who may be called what: look-alikes, the site's own names, haste, names given up."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import HeldUsername, User
from accounts.names import plain, skeleton
from tests.races.parallel import together

ME = "/api/v1/me/profile/"
ANY = {"if-match": "*"}


def rename(client, name: str):
    return client.patch(ME, {"username": name}, format="json", headers=ANY)


@pytest.mark.parametrize(
    "twin", ["paypal", "PayPal", "рaypаl", "ｐａｙｐａｌ", "pay.pal", "paypa1", "pay-paI", "𝐩aypal"]
)
def test_what_looks_the_same_has_one_skeleton(twin: str) -> None:
    assert skeleton(twin) == skeleton("paypal")


@pytest.mark.parametrize("other", ["paypat", "poypal", "paypall", "aypal"])
def test_what_looks_different_has_another(other: str) -> None:
    """The control: not everything is alike."""
    assert skeleton(other) != skeleton("paypal")


@given(st.text(max_size=40))
def test_a_skeleton_looks_like_itself(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.django_db
@pytest.mark.parametrize("twin", ["oTT0", "o.t.t.o", "ott-o"])
def test_nobody_passes_for_somebody_else(api, sam: User, otto: User, twin: str) -> None:
    answer = rename(api(sam), twin)
    assert (answer.status_code, answer.json()["code"]) == (409, "username-taken")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["аdmin", "ADMIN", "supp0rt", "ａdmin", "tutorme.help", "ab", "a b c"]
)
def test_the_sites_names_and_other_forms_are_refused(api, sam: User, name: str) -> None:
    answer = rename(api(sam), name)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/username"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["TutorMe", "Tutοr Mе help", "Suppοrt"])
def test_a_display_name_does_not_speak_for_the_site(api, sam: User, name: str) -> None:
    answer = api(sam).patch(ME, {"display_name": name}, format="json", headers=ANY)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/display_name"
    register = {"email": "x@example.test", "password": "a long enough one", "display_name": name}
    assert api(None).post("/api/v1/auth/register/", register, format="json").status_code == 400


@pytest.mark.django_db
def test_a_name_changes_once_in_thirty_days_and_case_at_any_time(api, sam: User) -> None:
    assert rename(api(sam), "samuel").status_code == 200
    assert rename(api(sam), "Samuel").status_code == 200
    hasty = rename(api(sam), "sammy")
    assert (hasty.status_code, hasty.json()["code"]) == (409, "username-changed-lately")
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert rename(api(sam), "sammy").status_code == 200


@pytest.mark.django_db
def test_a_name_given_up_stays_free_of_others_for_a_while(api, sam: User, otto: User) -> None:
    rename(api(sam), "samuel")
    assert rename(api(otto), "5am").json()["code"] == "username-taken"
    fresh = {"email": "new@example.test", "password": "a long enough one", "display_name": "New"}
    taken = api(None).post("/api/v1/auth/register/", {**fresh, "username": "sam"}, format="json")
    assert (taken.status_code, taken.json()["code"]) == (409, "username-taken")
    HeldUsername.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert rename(api(otto), "sam").status_code == 200


@pytest.mark.django_db
def test_its_former_holder_may_have_it_back(api, sam: User) -> None:
    rename(api(sam), "samuel")
    User.objects.update(username_changed_at=None)
    assert rename(api(sam), "sam").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_eight_people_who_want_one_name_one_gets_it(api, cast_of_eight: list[User]) -> None:
    spellings = ["chosen", "Chosen", "ch0sen", "cho5en", "c.hosen", "chose-n", "CHOSEN", "cHosen"]
    tries = [
        partial(rename, api(who), name) for who, name in zip(cast_of_eight, spellings, strict=True)
    ]
    answers = [answer.status_code for answer in together(tries)]
    assert sorted(answers) == [200] + [409] * 7


@pytest.mark.django_db(transaction=True)
def test_nobody_slips_into_a_name_while_it_is_given_up(api, sam: User, otto: User) -> None:
    for _round in range(5):
        User.objects.filter(pk=sam.pk).update(
            username="sam", username_skeleton="sam", username_changed_at=None
        )
        HeldUsername.objects.all().delete()
        leaving, taking = api(sam), api(otto)
        gone, taken = together([partial(rename, leaving, "samuel"), partial(rename, taking, "sam")])
        assert (gone.status_code, taken.status_code) == (200, 409)
