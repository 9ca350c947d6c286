"""A learner's and a tutor's day, through the Python client that was generated from the contract.

`make clients` runs it against a stack with the demo: `python journey.py http://127.0.0.1:8000`.
"""

import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from tutorme_client import AuthenticatedClient, Client
from tutorme_client.api.auth import auth_token, auth_token_refresh
from tutorme_client.api.courses import (
    courses_create,
    courses_delete,
    courses_list,
    courses_read,
    courses_update,
)
from tutorme_client.api.me import me_enrollments, me_profile
from tutorme_client.api.payments import orders_create, orders_read
from tutorme_client.models import (
    CataloguePageOut,
    CourseDetailOut,
    CourseDraftOut,
    CourseInRequest,
    CourseInRequestDifficulty,
    CourseOut,
    CoursesListOrdering,
    CredentialsInRequest,
    EnrollmentPage,
    Money,
    OrderInRequest,
    OrderOut,
    OrderOutState,
    PairOut,
    PatchedCoursePatchInRequest,
    Problem,
    ProfileOut,
    RefreshInRequest,
)
from tutorme_client.types import UNSET, Unset

PASSWORD = "chalk-and-paper-42"


def refused(answer: object, code: str) -> Problem:
    assert isinstance(answer, Problem), answer
    assert answer.code == code, answer
    return answer


def sign_in(base_url: str, email: str) -> AuthenticatedClient:
    """With a pair that was refreshed once, as every app does sooner or later."""
    visitor = Client(base_url=base_url)
    wrong = CredentialsInRequest(email=email, password="not the password")
    refused(auth_token.sync(client=visitor, body=wrong), "wrong-credentials")
    right = CredentialsInRequest(email=email, password=PASSWORD)
    first = auth_token.sync(client=visitor, body=right)
    assert isinstance(first, PairOut), first
    body = RefreshInRequest(refresh=first.refresh)
    second = auth_token_refresh.sync(client=visitor, body=body)
    assert isinstance(second, PairOut), second
    return AuthenticatedClient(base_url=base_url, token=second.access)


def catalogue(client: AuthenticatedClient) -> list[CourseOut]:
    """Every page, one course at a time."""
    found: list[CourseOut] = []
    cursor: str | Unset = UNSET
    while True:
        page = courses_list.sync(
            client=client, page_size=1, ordering=CoursesListOrdering.TITLE, cursor=cursor
        )
        assert isinstance(page, CataloguePageOut), page
        found += page.results
        assert len(page.results) <= 1
        if page.next_ is None:
            assert page.count == len({row.id for row in found}) == len(found) > 2
            return found
        cursor = parse_qs(urlsplit(page.next_).query)["cursor"][0]


def priced(courses: list[CourseOut]) -> CourseOut:
    """Amounts are text and become decimals; moments are datetimes with a zone."""
    course = next(row for row in courses if row.slug == "spanish-first-week-in-madrid")
    assert isinstance(course.id, UUID)
    assert isinstance(course.price, Money)
    assert isinstance(course.price.amount, str)
    assert Decimal(course.price.amount) == Decimal("24.00")
    assert course.price.currency == "EUR"
    assert isinstance(course.published_at, datetime)
    assert course.published_at.utcoffset() == timedelta(0)
    return course


def learn(client: AuthenticatedClient, course: CourseOut) -> None:
    me = me_profile.sync(client=client)
    assert isinstance(me, ProfileOut), me
    assert me.username == "sam"
    places = me_enrollments.sync(client=client, page_size=5)
    assert isinstance(places, EnrollmentPage), places
    assert all(place.created_at < datetime.now(UTC) for place in places.results)
    detail = courses_read.sync(course.id, client=client)
    assert isinstance(detail, CourseDetailOut), detail
    assert detail.price.amount == course.price.amount
    refused(courses_read.sync(uuid4(), client=client), "not-found")


def buy(client: AuthenticatedClient, course: CourseOut) -> None:
    """The same key is the same order; money that is asked is what was shown."""
    body, key = OrderInRequest(kind="course", target=course.id), str(uuid4())
    first = orders_create.sync_detailed(client=client, body=body, idempotency_key=key)
    again = orders_create.sync_detailed(client=client, body=body, idempotency_key=key)
    assert isinstance(first.parsed, OrderOut), first
    assert isinstance(again.parsed, OrderOut), again
    assert first.status_code == HTTPStatus.CREATED
    assert first.parsed.id == again.parsed.id
    assert again.headers["Idempotency-Replayed"] == "true"
    order = orders_read.sync(first.parsed.id, client=client)
    assert isinstance(order, OrderOut), order
    assert order.state is OrderOutState.CREATED
    assert order.to_pay.amount == course.price.amount
    assert order.captured_at is None
    assert order.created_at.tzinfo is not None
    other = OrderInRequest(kind="course", target=course.id, use_credit=True)
    reused = orders_create.sync(client=client, body=other, idempotency_key=key)
    refused(reused, "idempotency-key-reused")


def teach(client: AuthenticatedClient) -> None:
    """Something of one's own: made, refused with pointers, edited on what was read, taken back."""
    beginner = CourseInRequestDifficulty.BEGINNER
    strange = CourseInRequest(title="", category="music", difficulty=beginner)
    told = refused(courses_create.sync(client=client, body=strange), "invalid-input")
    assert not isinstance(told.errors, Unset)
    assert [row.pointer for row in told.errors] == ["/title"], told
    price = Money(amount="12.50", currency="EUR")
    fine = CourseInRequest(title="Knots", category="music", difficulty=beginner, price=price)
    made = courses_create.sync_detailed(client=client, body=fine, idempotency_key=str(uuid4()))
    assert isinstance(made.parsed, CourseDraftOut), made
    assert made.parsed.price.amount == "12.50"
    course, tag = made.parsed.course, made.headers["ETag"]
    body = PatchedCoursePatchInRequest(subtitle="Six of them")
    edited = courses_update.sync(course, client=client, body=body, if_match=tag)
    assert isinstance(edited, CourseDraftOut), edited
    assert edited.subtitle == "Six of them"
    late = courses_update.sync(course, client=client, body=body, if_match=tag)
    assert isinstance(late, Problem), late
    assert late.status == HTTPStatus.PRECONDITION_FAILED
    assert courses_delete.sync_detailed(course, client=client).status_code == HTTPStatus.NO_CONTENT


def main(base_url: str) -> None:
    nobody = AuthenticatedClient(base_url=base_url, token="made up")
    refused(me_profile.sync(client=nobody), "not-signed-in")
    sam = sign_in(base_url, "sam@tutorme.test")
    course = priced(catalogue(sam))
    learn(sam, course)
    buy(sam, course)
    teach(sign_in(base_url, "tess@tutorme.test"))


if __name__ == "__main__":
    main(sys.argv[1])
