"""Whose token it is, by a statement that is written once: asked of each token anew."""

import pytest

from accounts import tokens
from accounts.errors import TokenInvalid
from accounts.models import AuthSession, User

pytestmark = pytest.mark.django_db


def claims_of(user: User) -> tokens.AccessClaims:
    return tokens.read_access(tokens.open_session(user).access)


def test_each_token_is_its_own_persons_with_their_profile(sam: User, tess: User) -> None:
    """Tess teaches and Sam does not; what was found for one is not kept for the other."""
    for person in (tess, sam, tess):
        found = tokens.user_of(claims_of(person))
        plain = User.objects.select_related("tutor_profile").get(pk=person.pk)
        for field in User._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(plain, field.attname), field
        assert found._state.db == "default"
        assert not found._state.adding
        assert found.is_tutor == plain.is_tutor == (person == tess)
    assert found.tutor_profile == tess.tutor_profile
    assert found.tutor_profile.user is found


def test_the_profile_is_asked_for_in_the_same_query(
    sam: User, tess: User, django_assert_num_queries
) -> None:
    both = [claims_of(sam), claims_of(tess)]
    tokens.user_of(both[0])
    with django_assert_num_queries(2):
        assert [tokens.user_of(claims).is_tutor for claims in both] == [False, True]


def test_what_changed_a_moment_ago_counts(sam: User) -> None:
    claims = claims_of(sam)
    User.objects.filter(pk=sam.pk).update(display_name="Samuel")
    assert tokens.user_of(claims).display_name == "Samuel"
    AuthSession.objects.filter(user=sam).delete()
    with pytest.raises(TokenInvalid):
        tokens.user_of(claims)


@pytest.mark.parametrize("version", [-1, 2**31, 2**63])
def test_a_version_no_column_holds_is_nobodys(sam: User, version: int) -> None:
    claims = claims_of(sam)
    strange = tokens.AccessClaims(claims.user_id, claims.session_id, version)
    with pytest.raises(TokenInvalid):
        tokens.user_of(strange)
