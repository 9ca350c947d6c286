"""What realtime keeps about people: what they were told, and where mails went."""

from realtime.models import MailDelivery
from tutorme.core.personal import Delete, Table, declare

declare(Table(MailDelivery, "user_id", Delete(), frozenset({"message_id"})))
