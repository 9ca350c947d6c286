"""The suite's settings: real PostgreSQL and Redis, cheap password hashing, quiet logs."""

from tutorme.settings.base import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES

DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"].pop("pool", None)
CELERY_BROKER_TRANSPORT_OPTIONS["socket_timeout"] = 2
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
