"""Two people writing to each other. Lock order: the conversation, then its channel."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from accounts.models import User
from realtime import acquaintance
from realtime.errors import (
    ConversationClosed,
    ConversationNotAsked,
    MayNotWrite,
    MessageEmpty,
    TooManyFiles,
)
from realtime.events import MessageWaiting
from realtime.models import Block, Conversation, Message, MessageFile, Participant
from realtime.services import channels
from realtime.uploads import DOCUMENT, PICTURE
from realtime.vocabulary import CONVERSATION
from tutorme.core import outbox
from tutorme.core.channels import named
from tutorme.core.errors import NotFound, UploadRefused
from tutorme.core.files import storing
from tutorme.core.models import StoredFile

MOST_FILES = 5
State = Conversation.State


def pair_of(one: UUID, other: UUID) -> str:
    return ":".join(sorted((str(one), str(other))))


def is_blocked(one: UUID, other: UUID) -> bool:
    """Whichever of the two it was."""
    pair = Q(blocker=one, blocked=other) | Q(blocker=other, blocked=one)
    return Block.objects.filter(pair).exists()


def begin(*, user: User, other_id: UUID) -> Conversation:
    """The conversation of the two, opened where there is none. `NotFound` where they have nothing
    to do with each other, so that nobody learns who is here."""
    tied = acquaintance.are_tied(user.pk, other_id)
    pair = pair_of(user.pk, other_id)
    found = Conversation.objects.filter(pair=pair).first()
    if found is None and not (tied or acquaintance.may_ask(user, other_id)):
        raise NotFound
    if is_blocked(user.pk, other_id):
        raise MayNotWrite
    if found is None:
        return _open(pair, (user.pk, other_id), State.OPEN if tied else State.REQUESTED)
    if tied and found.state != State.OPEN:
        Conversation.objects.filter(pk=found.pk).update(state=State.OPEN)
        found.state = State.OPEN
    return found


def _open(pair: str, people: tuple[UUID, UUID], state: str) -> Conversation:
    """Of two who begin at once, one makes it and both have it."""
    with transaction.atomic():
        row = Conversation(pair=pair, state=state)
        Conversation.objects.bulk_create([row], ignore_conflicts=True)
        kept = Conversation.objects.get(pair=pair)
        Participant.objects.bulk_create(
            [Participant(conversation=kept, user_id=pk) for pk in sorted(people)],
            ignore_conflicts=True,
        )
    return kept


def send(*, user: User, conversation_id: UUID, body: str, file_ids: Sequence[UUID] = ()) -> Message:
    """Writes a message and says so. Locks the conversation until the transaction ends."""
    if not body.strip() and not file_ids:
        raise MessageEmpty
    if len(file_ids) > MOST_FILES:
        raise TooManyFiles
    with transaction.atomic():
        row = _locked(user, conversation_id)
        other_id = _other(row, user.pk)
        _refuse(row, user, other_id)
        row.last_seq += 1
        row.save(update_fields=["last_seq"])
        Conversation.objects.filter(pk=row.pk).update(last_message_at=Now())
        message = Message.objects.create(
            conversation=row, seq=row.last_seq, author=user, body=body.strip()
        )
        _attach(message, user, file_ids)
        Participant.objects.filter(conversation=row, user=user).update(read_seq=row.last_seq)
        said = {"conversation_id": row.pk, "message_id": message.pk, "seq": message.seq}
        channels.publish(named(CONVERSATION, row.pk), "message-new", {**said, "author_id": user.pk})
        _tell(row, message, other_id)
    return message


def _locked(user: User, conversation_id: UUID) -> Conversation:
    mine = Conversation.objects.visible_to(user).filter(pk=conversation_id)
    row = mine.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    return row


def _other(row: Conversation, user_id: UUID) -> UUID:
    others = Participant.objects.filter(conversation=row).exclude(user_id=user_id)
    return others.values_list("user_id", flat=True).get()


def _refuse(row: Conversation, user: User, other_id: UUID) -> None:
    if is_blocked(user.pk, other_id) or not User.objects.filter(pk=other_id, is_active=True):
        raise MayNotWrite
    if row.state == State.OPEN:
        return
    if acquaintance.are_tied(user.pk, other_id):
        row.state = State.OPEN
        row.save(update_fields=["state"])
    elif row.state == State.REQUESTED and row.last_seq == 0:
        return  # the one message of a request
    elif row.state == State.REQUESTED and _asked_by(row) != user.pk:
        # An answer is a yes.
        row.state = State.OPEN
        row.save(update_fields=["state"])
    else:
        raise ConversationClosed


def _asked_by(row: Conversation) -> UUID | None:
    first = Message.objects.filter(conversation=row, seq=1)
    return first.values_list("author_id", flat=True).first()


def _attach(message: Message, user: User, file_ids: Sequence[UUID]) -> None:
    purposes = {PICTURE.name: PICTURE, DOCUMENT.name: DOCUMENT}
    fresh = StoredFile.objects.visible_to(user).unused().filter(purpose__in=purposes)
    names = dict(fresh.filter(pk__in=file_ids).values_list("pk", "purpose"))
    for file_id in dict.fromkeys(file_ids):
        if file_id not in names:
            raise UploadRefused("There is no such unused upload of yours.", reason="unknown-file")
        kept = storing.keep(file_id, owner_id=user.pk, purpose=purposes[names[file_id]])
        MessageFile.objects.create(message=message, file=kept)


def _tell(row: Conversation, message: Message, other_id: UUID) -> None:
    """Once until they have read: ten messages in a row are one notification."""
    waiting = Participant.objects.filter(conversation=row, user_id=other_id)
    if waiting.filter(told_seq__lte=F("read_seq")).update(told_seq=message.seq):
        outbox.record(MessageWaiting(message.pk, other_id), actor_id=message.author_id)


def mark_read(*, user: User, conversation_id: UUID, seq: int) -> None:
    """Up to this one; reading less than was read changes nothing."""
    mine = Participant.objects.filter(conversation_id=conversation_id, user=user)
    with transaction.atomic():
        row = Conversation.objects.visible_to(user).filter(pk=conversation_id).first()
        if row is None:
            raise NotFound
        upto = min(seq, row.last_seq)
        if mine.filter(read_seq__lt=upto).update(read_seq=Greatest(F("read_seq"), upto)):
            said = {"conversation_id": row.pk, "user_id": user.pk, "seq": upto}
            channels.publish(named(CONVERSATION, row.pk), "message-read", said)


def answer(*, user: User, conversation_id: UUID, accept: bool) -> Conversation:
    """Whoever was asked says yes or no. Saying the same twice is saying it once."""
    with transaction.atomic():
        row = _locked(user, conversation_id)
        wanted = State.OPEN if accept else State.DECLINED
        if row.state == wanted:
            return row
        if row.state != State.REQUESTED or _asked_by(row) in (None, user.pk):
            raise ConversationNotAsked
        row.state = wanted
        row.save(update_fields=["state"])
    return row


def block(*, user: User, other_id: UUID) -> None:
    """Only somebody one has a conversation with; twice is once."""
    if not Conversation.objects.filter(pair=pair_of(user.pk, other_id)).exists():
        raise NotFound
    Block.objects.bulk_create([Block(blocker=user, blocked_id=other_id)], ignore_conflicts=True)


def unblock(*, user: User, other_id: UUID) -> None:
    Block.objects.filter(blocker=user, blocked_id=other_id).delete()
