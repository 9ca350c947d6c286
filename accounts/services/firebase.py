"""Coming in with what Firebase says; for apps that already use it."""

from accounts import security_log
from accounts.errors import IdentityRefused
from accounts.gateways import firebase
from accounts.gateways.firebase import FirebasePerson
from accounts.models import User
from accounts.origin import Origin
from accounts.services import connections
from accounts.services.connections import Person
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

PROVIDER = "firebase"


@outside_transaction
def _read(id_token: str) -> FirebasePerson:
    try:
        return firebase.person_of(id_token)
    except GatewayRejected as error:
        security_log.sign_in_failed(by=PROVIDER)
        raise IdentityRefused from error


def enter(id_token: str) -> User:
    told = _read(id_token)
    person = Person(told.name, told.email, told.email_verified)
    user = connections.enter(provider=PROVIDER, uid=told.uid, person=person)
    if not user.is_active:
        security_log.sign_in_failed(by=PROVIDER, user=user)
        raise IdentityRefused
    return user


def connect(*, user: User, id_token: str, origin: Origin) -> None:
    told = _read(id_token)
    connections.connect(user=user, provider=PROVIDER, uid=told.uid, origin=origin)
