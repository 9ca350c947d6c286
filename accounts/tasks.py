"""Work of the accounts outside a request."""

from accounts.services import profiles
from tutorme.core.queue import app


@app.task(name="accounts.purge")
def purge() -> None:
    profiles.forget_held_names()
