"""What a web process loads once and keeps, made ready before its first request."""

import gc

from django.urls import reverse


def keep_what_is_loaded() -> None:
    """Loads every page's code, which would be the first visitor's wait, and tells the collector to
    pass over all that is there by now: looking through four hundred thousand objects that stay
    anyway is a pause of a quarter of a second in the middle of somebody's page."""
    reverse("landing")
    gc.collect()
    gc.freeze()
