"""Work of the accounts outside a request."""

from accounts.services import codes, profiles, sessions
from tutorme.core.queue import app


@app.task(name="accounts.purge")
def purge() -> None:
    profiles.forget_held_names()
    codes.purge()
    sessions.purge()
