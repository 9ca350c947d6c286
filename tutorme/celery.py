"""What `celery -A tutorme.celery` loads: the application, with Django set up."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
django.setup()

from tutorme.core.queue import app  # noqa: E402  (settings must stand first)

__all__ = ["app"]
