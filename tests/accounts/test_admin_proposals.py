"""Nobody makes an admin alone: one proposes, another approves, and nothing happens before."""

from functools import partial
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.errors import (
    AdminProposed,
    AlreadyAdmin,
    ProposalDecided,
    ProposalMoot,
    ProposerMayNotDecide,
)
from accounts.models import AdminProposal, Invitation, User
from accounts.services import admin_proposals, erasure, invitations, users
from realtime.models import MailDelivery
from tests import cast
from tests.races.parallel import together
from tutorme.core.errors import InvalidInput, NotAllowed
from tutorme.core.models import AuditEntry

USERS, PROPOSALS = "/api/v1/users/", "/api/v1/users/admin-proposals/"
LIST, USERS_ADMIN = "/admin/accounts/adminproposal/", "/admin/accounts/user/"
NINA = {
    "email": "nina@example.test",
    "display_name": "Nina",
    "roles": ["admin"],
    "reason": "She answers the post from June on",
}
WHY = {"reason": "I met her"}
State = AdminProposal.State


@pytest.fixture
def bea(db: None) -> User:
    return cast.person("Bea", is_staff=True, is_superuser=True)


@pytest.fixture
def of_sam(sam: User, ada: User) -> AdminProposal:
    return admin_proposals.propose(actor=ada, user=sam, reason="Knows the place")


def is_admin(user: User) -> bool:
    row = User.objects.get(pk=user.pk)
    assert row.is_staff == row.is_superuser
    return row.is_staff


@pytest.mark.django_db
def test_an_invitation_waits_for_another_admin(api, ada: User, bea: User, drain, sandbox) -> None:
    made = api(ada).post(USERS, NINA, format="json")
    assert (made.status_code, made.json()["roles"]) == (201, ["student"])
    nina = User.objects.get(email=NINA["email"])
    drain()
    assert not is_admin(nina)
    assert not Invitation.objects.exists()
    assert not MailDelivery.objects.filter(kind="invited").exists()
    with pytest.raises(AdminProposed):
        invitations.invite_again(actor=ada, user=nina)
    row = api(bea).get(PROPOSALS, {"state": "open"}).json()["results"][0]
    assert (row["user"], row["proposed_by"]) == (str(nina.pk), str(ada.pk))
    assert row["reason"] == NINA["reason"]
    act = f"{PROPOSALS}{row['id']}/approve/"
    refused = api(ada).post(act, WHY, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "proposer-may-not-decide")
    assert not is_admin(nina)
    done = api(bea).post(act, WHY, format="json")
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    drain()
    assert is_admin(nina)
    assert MailDelivery.objects.filter(kind="invited").count() == 1
    entry = AuditEntry.objects.get(action="admin.proposal_approved")
    assert (entry.actor_id, entry.reason) == (bea.pk, WHY["reason"])
    assert entry.after is not None
    assert entry.after["proposed_by"] == str(ada.pk)
    assert AuditEntry.objects.get(action="user.became_admin").actor_id == bea.pk


@pytest.mark.django_db
def test_an_account_there_is_proposed_and_signed_out_when_it_becomes_one(
    api, sam: User, ada: User, bea: User
) -> None:
    theirs, body = api(sam), {"user": str(sam.pk), "reason": "Knows the place"}
    made = api(ada).post(PROPOSALS, body, format="json")
    assert made.status_code == 201
    assert theirs.get("/api/v1/me/profile/").status_code == 200
    act = f"{PROPOSALS}{made.json()['id']}/approve/"
    assert api(bea).post(act, {"reason": " "}, format="json").status_code == 400
    assert not is_admin(sam)
    assert api(bea).post(act, WHY, format="json").status_code == 200
    assert is_admin(sam)
    assert theirs.get("/api/v1/me/profile/").status_code == 401
    assert not Invitation.objects.exists()  # they have a password
    assert api(bea).post(act, WHY, format="json").json()["code"] == "admin-proposal-decided"


@pytest.mark.django_db
def test_the_admin_pages_propose_and_decide(sam: User, ada: User, bea: User) -> None:
    one, two = Client(), Client()
    one.force_login(ada)
    two.force_login(bea)
    no_reason = one.post(f"{USERS_ADMIN}add/", {**NINA, "reason": ""})
    assert no_reason.status_code == 200
    assert not User.objects.filter(email=NINA["email"]).exists()
    assert one.post(f"{USERS_ADMIN}add/", NINA).status_code == 302
    asked = {"action": "propose_admin", "_selected_action": [str(sam.pk)]}
    assert b"reason" in one.post(USERS_ADMIN, asked).content
    one.post(USERS_ADMIN, {**asked, "asked": "1", "reason": "Knows the place"})
    chosen = [str(pk) for pk in AdminProposal.objects.values_list("pk", flat=True)]
    assert len(chosen) == 2
    act = {"action": "approve", "_selected_action": chosen}
    assert b'name="reason"' in two.post(LIST, act).content
    told = one.post(LIST, {**act, "asked": "1", **WHY}, follow=True)
    assert "never approves it" in told.content.decode()
    assert not AdminProposal.objects.exclude(state=State.OPEN).exists()
    two.post(LIST, {**act, "asked": "1", **WHY})
    assert AdminProposal.objects.filter(state=State.APPROVED, decided_by=bea).count() == 2
    assert is_admin(sam)
    assert is_admin(User.objects.get(email=NINA["email"]))
    assert Invitation.objects.count() == 1


@pytest.mark.django_db
def test_declined_is_kept_and_withdrawn_by_its_maker_alone(
    of_sam: AdminProposal, sam: User, ada: User, bea: User
) -> None:
    act: dict[str, Any] = {"proposal_id": of_sam.pk, "reason": "Not yet"}
    with pytest.raises(ProposerMayNotDecide):
        admin_proposals.decline(actor=ada, **act)
    with pytest.raises(NotAllowed):
        admin_proposals.withdraw(actor=bea, **act)
    with pytest.raises(AdminProposed):
        admin_proposals.propose(actor=bea, user=sam, reason="I too")
    admin_proposals.decline(actor=bea, **act)
    with pytest.raises(ProposalDecided):
        admin_proposals.approve(actor=bea, **act)
    again = admin_proposals.propose(actor=ada, user=sam, reason="They asked again")
    admin_proposals.withdraw(actor=ada, proposal_id=again.pk, reason="A mistake")
    states = AdminProposal.objects.order_by("pk").values_list("state", "decision")
    assert list(states) == [("declined", "Not yet"), ("withdrawn", "A mistake")]
    assert not is_admin(sam)
    assert AuditEntry.objects.get(action="admin.proposal_declined").reason == "Not yet"


@pytest.mark.django_db
def test_what_was_declined_is_an_account_that_can_be_invited(api, ada: User, bea: User) -> None:
    api(ada).post(USERS, NINA, format="json")
    row = AdminProposal.objects.get()
    admin_proposals.decline(proposal_id=row.pk, actor=bea, reason="As a student, please")
    invitations.invite_again(actor=ada, user=row.user)
    assert Invitation.objects.get().user == row.user
    assert not is_admin(row.user)


@pytest.mark.django_db
def test_who_proposes_and_decides_is_a_superuser_with_a_second_factor(
    settings, api, of_sam: AdminProposal, sam: User, otto: User, ada: User, bea: User
) -> None:
    settings.ADMIN_SECOND_FACTOR = True
    Authenticator.objects.create(user=ada, type="totp", data={"secret": "x"})
    desk = cast.person("Desk", is_staff=True)
    Authenticator.objects.create(user=desk, type="totp", data={"secret": "x"})
    for nobody in (sam, bea, desk):  # a student; no second factor; staff alone
        with pytest.raises(NotAllowed):
            admin_proposals.propose(actor=nobody, user=otto, reason="x")
        for act in (admin_proposals.approve, admin_proposals.decline):
            with pytest.raises(NotAllowed):
                act(proposal_id=of_sam.pk, actor=nobody, reason="x")
    assert api(desk).post(USERS, NINA, format="json").status_code == 403
    assert not User.objects.filter(email=NINA["email"]).exists()
    Authenticator.objects.create(user=bea, type="webauthn", data={})
    limited = User.objects.get(pk=bea.pk)
    limited.is_limited = True  # as by a personal token
    with pytest.raises(NotAllowed):
        admin_proposals.approve(proposal_id=of_sam.pk, actor=limited, reason="x")
    # The control: with the factor, signed in, the same person does.
    bea = User.objects.get(pk=bea.pk)
    admin_proposals.approve(proposal_id=of_sam.pk, actor=bea, reason="x")
    assert is_admin(sam)


@pytest.mark.django_db
def test_a_suspended_admin_approves_nothing_with_what_they_hold(
    of_sam: AdminProposal, sam: User, ada: User, bea: User
) -> None:
    """The request's copy of them is older than the suspension."""
    users.set_active(
        user=User.objects.get(pk=bea.pk), active=False, actor_id=ada.pk, reason="stolen"
    )
    assert bea.is_active
    with pytest.raises(NotAllowed):
        admin_proposals.approve(proposal_id=of_sam.pk, actor=bea, reason="x")
    assert not is_admin(sam)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["proposer", "person"])
def test_a_proposal_falls_with_its_proposer_and_its_person(
    who: str, of_sam: AdminProposal, sam: User, ada: User, bea: User
) -> None:
    closed = ada if who == "proposer" else sam
    users.set_active(user=closed, active=False, actor_id=bea.pk, reason="stolen")
    with pytest.raises(ProposalMoot):
        admin_proposals.approve(proposal_id=of_sam.pk, actor=bea, reason="x")
    assert not is_admin(sam)
    users.set_active(user=closed, active=True, actor_id=bea.pk, reason="found")
    admin_proposals.approve(proposal_id=of_sam.pk, actor=bea, reason="x")
    assert is_admin(sam)


@pytest.mark.django_db
def test_of_whom_nothing_is_proposed(sam: User, ada: User, bea: User) -> None:
    with pytest.raises(AlreadyAdmin):
        admin_proposals.propose(actor=ada, user=bea, reason="x")
    with pytest.raises(AlreadyAdmin):
        admin_proposals.propose(actor=ada, user=ada, reason="x")
    with pytest.raises(InvalidInput):
        admin_proposals.propose(actor=ada, user=sam, reason="  ")
    users.set_active(user=sam, active=False, actor_id=ada.pk, reason="spam")
    with pytest.raises(ProposalMoot):
        admin_proposals.propose(actor=ada, user=sam, reason="x")
    assert not AdminProposal.objects.exists()


@pytest.mark.django_db
def test_leaving_closes_what_waits(of_sam: AdminProposal, sam: User, media) -> None:
    wish = erasure.request(user=sam, keeps_name_on_certificates=False)
    with transaction.atomic():
        erasure.erase(wish.pk)
    of_sam.refresh_from_db()
    assert (of_sam.state, of_sam.decided_by) == (State.WITHDRAWN, None)


@pytest.mark.django_db
def test_at_the_machine_the_operator_is_the_second_person(api, ada: User, drain, sandbox) -> None:
    api(ada).post(USERS, NINA, format="json")
    call_command("create_admin", NINA["email"], "--reason", "There is no other", stdout=StringIO())
    row = AdminProposal.objects.get()
    assert (row.state, row.decided_by) == (State.APPROVED, None)
    assert is_admin(row.user)
    drain()
    assert MailDelivery.objects.filter(kind="invited").count() == 1
    entry = AuditEntry.objects.get(action="admin.proposal_approved")
    assert (entry.actor_id, entry.reason) == (None, "There is no other")


@pytest.mark.django_db
def test_the_first_admin_needs_nobody(sam: User) -> None:
    call_command("create_admin", sam.email, stdout=StringIO())
    assert is_admin(sam)
    assert not AdminProposal.objects.exists()


class _Terminal(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.django_db
@pytest.mark.parametrize(
    "line", ["chalk-and-paper-42\n", "chalk-and-paper-42\r\n", "chalk-and-paper-42"]
)
def test_without_a_terminal_the_password_is_a_line(monkeypatch, line: str) -> None:
    """`getpass` is not asked: it would warn that it cannot hide what nobody types."""
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("asked"))
    monkeypatch.setattr("sys.stdin", StringIO(line))
    call_command("create_admin", "new@example.test", stdout=StringIO())
    assert User.objects.get(email="new@example.test").check_password("chalk-and-paper-42")


@pytest.mark.django_db
@pytest.mark.parametrize("stdin", [StringIO(""), StringIO("\n"), None, _Terminal()])
def test_who_gives_no_password_is_told_how(monkeypatch, stdin: StringIO | None) -> None:
    def ended(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr("getpass.getpass", ended)
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(CommandError, match="at a terminal, or give it the password as a line of"):
        call_command("create_admin", "new@example.test", stdout=StringIO())
    assert not User.objects.filter(email="new@example.test").exists()


@pytest.mark.django_db
def test_the_control_at_a_terminal_it_is_asked_for(monkeypatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "chalk-and-paper-42")
    monkeypatch.setattr("sys.stdin", _Terminal("another-password-43\n"))
    call_command("create_admin", "new@example.test", stdout=StringIO())
    assert User.objects.get(email="new@example.test").check_password("chalk-and-paper-42")


@pytest.mark.django_db
def test_the_database_holds_it_too(of_sam: AdminProposal, ada: User, bea: User) -> None:
    row = AdminProposal.objects.filter(pk=of_sam.pk)
    with pytest.raises(IntegrityError, match="admin_proposal_two_people"), transaction.atomic():
        row.update(state=State.APPROVED, decided_by=ada)
    with pytest.raises(IntegrityError, match="admin_proposal_of_another"), transaction.atomic():
        row.update(proposed_by=of_sam.user)
    # The control: by another it is fine.
    assert row.update(state=State.APPROVED, decided_by=bea) == 1


def naive(row: AdminProposal, to: State, actor: User, together_now: Barrier) -> None:
    """What the conditional UPDATE is there against: look, then write."""
    seen = AdminProposal.objects.get(pk=row.pk)
    together_now.wait(timeout=30)
    if seen.state != State.OPEN:
        raise ProposalDecided
    AdminProposal.objects.filter(pk=row.pk).update(state=to, decided_by=actor)


@pytest.mark.django_db(transaction=True)
def test_of_many_that_decide_and_withdraw_at_once_one_does(
    of_sam: AdminProposal, sam: User, ada: User, bea: User
) -> None:
    cleo = cast.person("Cleo", is_staff=True, is_superuser=True)
    for _round in range(5):
        User.objects.filter(pk=sam.pk).update(is_staff=False, is_superuser=False)
        AdminProposal.objects.filter(pk=of_sam.pk).update(state=State.OPEN, decided_by=None)
        before = AuditEntry.objects.filter(action__startswith="admin.proposal_").count()
        one: dict[str, Any] = {"proposal_id": of_sam.pk, "reason": "x"}
        results = together(
            [
                partial(admin_proposals.approve, actor=bea, **one),
                partial(admin_proposals.approve, actor=cleo, **one),
                partial(admin_proposals.decline, actor=cleo, **one),
                partial(admin_proposals.withdraw, actor=ada, **one),
            ]
        )
        assert sum(isinstance(each, ProposalDecided) for each in results) == 3, results
        assert AuditEntry.objects.filter(action__startswith="admin.proposal_").count() == before + 1
        of_sam.refresh_from_db()
        assert is_admin(sam) == (of_sam.state == State.APPROVED)


@pytest.mark.django_db(transaction=True)
def test_the_control_looking_first_lets_both_win(
    of_sam: AdminProposal, ada: User, bea: User
) -> None:
    meet = Barrier(2)
    tries = [
        partial(naive, of_sam, State.APPROVED, bea, meet),
        partial(naive, of_sam, State.WITHDRAWN, ada, meet),
    ]
    assert together(tries) == [None, None]


@pytest.mark.django_db(transaction=True)
def test_of_many_that_propose_one_person_at_once_one_does(sam: User, ada: User, bea: User) -> None:
    tries = [
        partial(admin_proposals.propose, actor=actor, user=sam, reason="x")
        for actor in (ada, bea) * 3
    ]
    results = together(tries)
    assert sum(isinstance(each, AdminProposed) for each in results) == 5, results
