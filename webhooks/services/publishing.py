"""From what happened to what is owed to whom."""

from uuid import UUID

from django.db import transaction

from tutorme.core import jobs
from tutorme.core.events import Event
from webhooks import catalog
from webhooks.errors import EndpointResting
from webhooks.models import Delivery, Endpoint, Message

JOB = "webhooks.deliver"
State = Delivery.State


def publish(event: Event) -> int:
    """Called in the transaction that marks the event as handled: each endpoint is owed it once.
    What happens while an endpoint is not active is held, for a replay."""
    kind = catalog.KINDS[event.name]
    if not Endpoint.objects.filter(types__contains=[kind.name]).exists():
        return 0
    audience = kind.audience(event)
    concerned = Endpoint.objects.concerned(kind.name, audience.people, audience.organizations)
    endpoints = list(concerned.only("pk", "state"))
    if endpoints:
        message = Message.objects.create(type=kind.name, data=event.to_payload())
        for endpoint in endpoints:
            _owe(endpoint, message)
    return len(endpoints)


def test(*, endpoint: Endpoint) -> Delivery:
    """A message that says nothing happened."""
    if endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointResting
    with transaction.atomic():
        data = {"endpoint_id": str(endpoint.pk)}
        return _owe(endpoint, Message.objects.create(type=catalog.TEST, data=data))


def _owe(endpoint: Endpoint, message: Message) -> Delivery:
    is_active = endpoint.state == Endpoint.State.ACTIVE
    state = State.WAITING if is_active else State.HELD
    delivery = Delivery.objects.create(endpoint=endpoint, message=message, state=state)
    if is_active:
        send_soon(delivery.pk, delivery.round)
    return delivery


def send_soon(delivery_id: UUID, round_: int) -> None:
    args = {"delivery_id": str(delivery_id), "round_": round_}
    jobs.enqueue(JOB, key=f"webhook:{delivery_id}:{round_}", args=args)
