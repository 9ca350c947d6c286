"""What `celery -A tutorme.celery` loads: the application, with Django set up."""

import os

import django

from tutorme import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
with starting.spoken(code=1):
    django.setup()

from tutorme.core.queue import app

__all__ = ["app"]
