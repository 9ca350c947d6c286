"""Django's sessions in the database, read by a prepared statement: every page of whoever is signed
in begins with it."""

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from tutorme.core.prepared import first, prepared


@prepared
def _standing(key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)[:1]


class SessionStore(DatabaseSessions):
    def _get_session_from_db(self) -> Session | None:
        found: Session | None = first(_standing(str(self.session_key), timezone.now()))
        if found is None:
            self._session_key = None
        return found
