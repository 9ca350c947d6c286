"""A forgotten password: the same answer for every address, and a code that opens once."""

from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from accounts import tokens
from accounts.errors import CodeInvalid
from accounts.models import MailedCode, User
from accounts.origin import Origin
from accounts.services import codes, recovery, users
from tests import cast
from tests.accounts.mailed import code_for, newest
from tests.races.parallel import together

RESET, CONFIRM = "/api/v1/auth/password/reset/", "/api/v1/auth/password/reset/confirm/"
TOKEN = "/api/v1/auth/token/"
NEW = "four loud mountains"


def typed(email: str, **changes: object) -> dict[str, object]:
    row = newest(email)
    return {"id": str(row.pk), "code": codes.text_of(row.pk), "password": NEW, **changes}


@pytest.mark.django_db
def test_sam_sets_a_new_password_and_older_sign_ins_end(api, sam: User) -> None:
    old = tokens.open_session(sam)
    asked = api(None).post(RESET, {"email": " SAM@example.test "}, format="json")
    assert asked.status_code == 202
    done = api(None).post(CONFIRM, typed(sam.email), format="json")
    assert done.status_code == 200, done.content
    with pytest.raises(Exception, match="token-invalid"):
        tokens.user_of(tokens.read_access(old.access))
    credentials = {"email": sam.email, "password": NEW}
    assert api(None).post(TOKEN, credentials, format="json").status_code == 200
    again = api(None).post(CONFIRM, typed(sam.email), format="json")
    assert (again.status_code, again.json()["code"]) == (400, "code-invalid")


@pytest.mark.django_db
def test_unknown_and_suspended_addresses_answer_alike_and_get_nothing(
    api, sam: User, otto: User, sandbox, drain
) -> None:
    users.set_active(user=otto, active=False, actor_id=sam.pk, reason="spam")
    answers = [
        api(None).post(RESET, {"email": email}, format="json")
        for email in (sam.email, otto.email, "nobody@example.test")
    ]
    shapes = {(answer.status_code, *sorted(answer.json()["verification"])) for answer in answers}
    assert len(shapes) == 1
    drain()
    assert [mail["to"] for mail in sandbox.mails()] == [[sam.email]]
    for email in (otto.email, "nobody@example.test"):
        refused = api(None).post(CONFIRM, typed(email), format="json")
        assert (refused.status_code, refused.json()["code"]) == (400, "code-invalid")


@pytest.mark.django_db
def test_the_mail_holds_the_code_and_no_table_does(api, sam: User, sandbox, drain) -> None:
    api(None).post(RESET, {"email": sam.email}, format="json")
    drain()
    (mail,) = sandbox.mails(sam.email)
    assert code_for(sam.email) in mail["text"]
    assert code_for(sam.email) in mail["html"]
    assert code_for(sam.email) not in mail["subject"]


@pytest.mark.django_db
def test_a_code_may_be_pasted_as_it_comes(api, sam: User) -> None:
    api(None).post(RESET, {"email": sam.email}, format="json")
    spaced = " ".join(code_for(sam.email).lower()) + "\n"
    done = api(None).post(CONFIRM, typed(sam.email, code=spaced), format="json")
    assert done.status_code == 200, done.content


@pytest.mark.django_db
@pytest.mark.parametrize("ending", ["late", "password", "moved", "tried out"])
def test_what_ends_a_code(api, sam: User, ending: str) -> None:
    api(None).post(RESET, {"email": sam.email}, format="json")
    body = typed(sam.email)
    if ending == "late":
        MailedCode.objects.update(expires_at=Now() - timedelta(seconds=1))
    elif ending == "password":
        users.change_password(user=sam, password="five green bottles")
    elif ending == "moved":
        User.objects.filter(pk=sam.pk).update(email="sam.moved@example.test")
    else:
        for _ in range(codes.TRIES):
            wrong = {**body, "code": "BBBB-BBBB"}
            assert api(None).post(CONFIRM, wrong, format="json").status_code == 400
    refused = api(None).post(CONFIRM, body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (400, "code-invalid")


@pytest.mark.django_db
def test_a_bad_password_does_not_use_the_code_up(api, sam: User) -> None:
    api(None).post(RESET, {"email": sam.email}, format="json")
    short = api(None).post(CONFIRM, typed(sam.email, password="short"), format="json")
    assert short.json()["errors"][0]["pointer"] == "/password"
    assert api(None).post(CONFIRM, typed(sam.email), format="json").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_forty_parallel_guesses_five_are_compared(sam: User) -> None:
    recovery.begin(email=sam.email, source="192.0.2.1")
    code = newest(sam.email)

    def guess() -> str:
        with pytest.raises(CodeInvalid):
            codes.check(code.pk, "BBBB-BBBB", purpose=MailedCode.Purpose.RESET)
        return "refused"

    assert together([guess] * 40) == ["refused"] * 40
    code.refresh_from_db()
    assert code.tries == codes.TRIES


@pytest.mark.django_db(transaction=True)
def test_control_counting_after_reading_lets_more_be_compared(sam: User) -> None:
    """Read, compare, then write the count: everybody has read before anybody writes."""
    recovery.begin(email=sam.email, source="192.0.2.1")
    code, compared = newest(sam.email), []

    def naive() -> None:
        row = MailedCode.objects.get(pk=code.pk)
        if row.tries < codes.TRIES:
            compared.append(1)
            MailedCode.objects.filter(pk=row.pk).update(tries=F("tries") + 1)

    together([naive] * 40)
    assert len(compared) > codes.TRIES


@pytest.mark.django_db(transaction=True)
def test_one_right_code_typed_eight_times_at_once_counts_once(sam: User) -> None:
    recovery.begin(email=sam.email, source="192.0.2.1")
    code = newest(sam.email)
    finish = partial(
        recovery.finish,
        code_id=code.pk,
        code=codes.text_of(code.pk),
        password=NEW,
        origin=Origin(),
    )
    results = together([finish] * 8)
    assert sum(isinstance(result, User) for result in results) == 1


@pytest.mark.django_db
def test_asking_is_counted_for_known_and_unknown_alike(api, sam: User) -> None:
    for email in (sam.email, "nobody@example.test"):
        asked = [api(None).post(RESET, {"email": email}, format="json") for _ in range(6)]
        assert [answer.status_code for answer in asked] == [202] * 5 + [429]
        assert asked[-1].json()["code"] == "too-many-codes"


@pytest.mark.django_db
def test_a_locked_out_owner_gets_in_by_reset(api, sam: User) -> None:
    """Somebody guesses at Sam's door all day; Sam still gets in."""
    for _ in range(6):
        wrong = {"email": sam.email, "password": "wrong wrong wrong"}
        api(None).post(TOKEN, wrong, format="json")
    api(None).post(RESET, {"email": sam.email}, format="json")
    assert api(None).post(CONFIRM, typed(sam.email), format="json").status_code == 200


@pytest.mark.django_db
def test_the_pages_without_a_script(client: Client, sam: User) -> None:
    asked = client.post("/account/reset/", {"email": sam.email})
    assert asked["Location"] == "/account/reset/code/"
    page = client.get("/account/reset/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert code_for(sam.email) not in page
    wrong = client.post("/account/reset/code/", {"code": "x", "password": NEW})
    assert wrong.status_code == 422
    done = client.post("/account/reset/code/", {"code": code_for(sam.email), "password": NEW})
    assert (done.status_code, done["Location"]) == (302, "/today/")
    assert client.session["_auth_user_id"] == str(sam.pk)
    assert Client().login(email=sam.email, password=cast.PASSWORD) is False
