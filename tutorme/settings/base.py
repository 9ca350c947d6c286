"""Settings of a running TutorMe; `test` and `production` are thin overlays."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from tutorme.core.logs import logging_config
from tutorme.core.patience import PatientConnection
from tutorme.core.row_session import RowSecurity, returned_to_pool
from tutorme.settings import admin_look, interface, points, providers, streams
from tutorme.settings.background import *  # noqa: F403
from tutorme.settings.business import *  # noqa: F403
from tutorme.settings.given import env
from tutorme.settings.streams import *  # noqa: F403
from tutorme.settings.ways_in import *  # noqa: F403  constants of one subject

BASE_DIR = Path(__file__).resolve().parents[2]
DEBUG = env.flag("DEBUG")
SECRET_KEY = env.text("SECRET_KEY") or "development-only-key-production-refuses-to-start-with-it"
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS")
PUBLIC_BASE_URL = env.text("PUBLIC_BASE_URL").rstrip("/")
SITE_NAME = "TutorMe"
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL")
SANDBOX_URL = env.text("SANDBOX_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.apple",
    "allauth.headless",
    "tutorme.core",
    "accounts",
    "payments",
    "courses",
    "booking",
    "certificates",
    "video",
    "ai",
    "webhooks",
    "realtime",
    "tutorme.web",
    "unfold",
    "django.contrib.admin",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "corsheaders",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "tutorme.core.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.AbsoluteEndMiddleware",
    "accounts.middleware.DenialMiddleware",
    "accounts.middleware.PersonalMiddleware",
    "accounts.middleware.ViewerMiddleware",
    "accounts.middleware.DeviceMiddleware",
    "accounts.middleware.PauseMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tutorme.core.middleware.ProblemMiddleware",
    "tutorme.web.middleware.ErrorPageMiddleware",
    # Innermost, so that it sees allauth's own exceptions before they are taken for surprises.
    "allauth.account.middleware.AccountMiddleware",
    # Asks through allauth, so within it.
    "accounts.admin_door.AdminDoorMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    # Innermost: who asks is known by now, and what is read from here on is read as theirs.
    "tutorme.core.middleware.ReadingMiddleware",
]

ROOT_URLCONF = "tutorme.urls"
WSGI_APPLICATION = "tutorme.wsgi.application"

_loaders = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _loaders)],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tutorme.web.context.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "tutorme.web.templatetags.kept",
            ],
        },
    }
]

# Data ------------------------------------------------------------------------------------------

# Nothing a request asks lasts long enough for machine code to pay: compiling it took up to
# three seconds of statements that then ran for half of one.
SESSION_OPTIONS = (
    "-c statement_timeout=5000 -c lock_timeout=3000 -c jit=off"
    " -c idle_in_transaction_session_timeout=10000"
)
_options: dict[str, Any] = {
    "connect_timeout": 3,
    "options": SESSION_OPTIONS,
}
if env.number("DATABASE_POOL_SIZE"):
    _options["pool"] = {
        "min_size": 1,
        "max_size": env.number("DATABASE_POOL_SIZE"),
        # Whoever finds none free within this is told 503 instead of waiting on.
        "timeout": 5,
        # Tries to come back are never further apart than half of this.
        "reconnect_timeout": 4,
        "connection_class": PatientConnection,
        "reset": returned_to_pool,
    }
DATABASES = {
    "default": {
        **dj_database_url.parse(env.text("DATABASE_URL") or "postgres:///tutorme"),
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options,
    }
}
ROW_SECURITY = RowSecurity(env.text("ROW_SECURITY"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who counts in Redis must get an answer or step aside.
REDIS_TIMEOUT_SECONDS = 1.0
REDIS_URL = env.text("REDIS_URL") or "redis://127.0.0.1:6379/0"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "tutorme",
    }
}
SESSION_ENGINE = "accounts.cookie_sessions"

FIELD_ENCRYPTION_KEYS = env.items("FIELD_ENCRYPTION_KEYS") or [
    "development:ZGV2ZWxvcG1lbnQtb25seS1maWVsZC1rZXktMDAwMDE="
]

# Background ------------------------------------------------------------------------------------


def broker_url(redis_url: str) -> str:
    """A Unix socket is `unix://` to redis-py and Django, `redis+socket://` to kombu."""
    return redis_url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


CELERY_BROKER_URL = broker_url(REDIS_URL)

POINTS, POINTS_A_DAY = points.POINTS, points.POINTS_A_DAY
POINTS_FIRST_TRY_PERCENT: int = points.POINTS_FIRST_TRY_PERCENT

# People ----------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.CappedArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.SiteWordsValidator"},
]
# Browsers let passkeys be made on http://localhost; everywhere else they want TLS, and so do we.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_BASE_URL.startswith("http://")
# How long a wish to be deleted can be taken back, a copy of one's data fetched, an invitation used.
DELETION_GRACE = timedelta(days=14)
EXPORT_KEPT_FOR = timedelta(days=7)
INVITATION_LIFE = timedelta(days=7)
USERNAME_CHANGE_EVERY = timedelta(days=30)
USERNAME_HELD_FOR = timedelta(days=90)
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT")
ACCESS_TOKEN_LIFETIME = timedelta(seconds=env.number("ACCESS_TOKEN_SECONDS"))
REFRESH_TOKEN_LIFETIME = timedelta(days=env.number("REFRESH_TOKEN_DAYS"))
SESSION_ABSOLUTE_LIFETIME = timedelta(days=env.number("SESSION_ABSOLUTE_DAYS"))
ADMIN_SECOND_FACTOR = env.flag("ADMIN_SECOND_FACTOR")
ADMIN_IDLE = timedelta(minutes=env.number("ADMIN_IDLE_MINUTES"))
SESSION_COOKIE_AGE = int(REFRESH_TOKEN_LIFETIME.total_seconds())
SESSION_COOKIE_NAME = "sid"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "tutorme.web.error_pages.csrf_failure"

SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": env.text("JWT_SIGNING_KEY") or SECRET_KEY + "-tokens",
    "ISSUER": PUBLIC_BASE_URL,
    "AUDIENCE": "tutorme-api",
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "LEEWAY": 30,
    "USER_ID_CLAIM": "sub",
    "UPDATE_LAST_LOGIN": False,
    "CHECK_REVOKE_TOKEN": False,
}

# Language and time -----------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# What is offered is what is translated. The suite adds a language written from the right.
LANGUAGES: list[tuple[str, Any]] = [("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "tutorme" / "locale"]
FORMAT_MODULE_PATH = ["tutorme.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files -----------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "tutorme" / "static"]
MEDIA_ROOT = BASE_DIR / env.text("MEDIA_ROOT")
# Where a proxy in front keeps MEDIA_ROOT as an internal location; empty sends files ourselves.
MEDIA_ACCEL_PREFIX = env.text("MEDIA_ACCEL_PREFIX")
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "tutorme.core.files.ceiling.Ceiling",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Courses ---------------------------------------------------------------------------------------

COURSE_REVIEW_REQUIRED = env.flag("COURSE_REVIEW_REQUIRED")
EMBED_HOSTS = env.items("EMBED_HOSTS")

# Security --------------------------------------------------------------------------------------

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CORS_ALLOWED_ORIGINS = env.items("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "EXCLUDE_URL_PREFIXES": ["/admin/"],
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "media-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    },
}

# API -------------------------------------------------------------------------------------------

TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tutorme.core.access.DeclaredAccess"],
    "DEFAULT_PARSER_CLASSES": ["tutorme.core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["tutorme.core.api.renderers.FastJSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "tutorme.core.api.pagination.CursorPage",
    "DEFAULT_THROTTLE_CLASSES": ["tutorme.core.api.throttling.ScopedLimit"],
    "DEFAULT_SCHEMA_CLASS": "tutorme.core.api.schema.DeclaredSchema",
    "EXCEPTION_HANDLER": "tutorme.core.api.problems.exception_handler",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "COERCE_DECIMAL_TO_STRING": True,
    "PAGE_SIZE": 20,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_LIMITS = interface.API_LIMITS
SPECTACULAR_SETTINGS = interface.SPECTACULAR_SETTINGS

# Providers -------------------------------------------------------------------------------------

PAYPAL = providers.paypal(env, SANDBOX_URL)

SOCIALACCOUNT_PROVIDERS = providers.identity(env, SANDBOX_URL)
APPLE_URL = providers.apple_url(SANDBOX_URL)
FIREBASE = providers.firebase(env, SANDBOX_URL)
TWILIO = providers.twilio(env, SANDBOX_URL, PUBLIC_BASE_URL)
ICE = providers.ice(env)
# Where lessons meet unless a room says otherwise: builtin or twilio.
VIDEO_PROVIDER = env.text("VIDEO_PROVIDER")
ZOOM = providers.zoom(env, SANDBOX_URL)
CALENDARS = providers.calendars(env, SANDBOX_URL)
# How long whoever books waits for a last look into the tutor's own calendars.
LIVE_LOOK_SECONDS = 2.0

OPENROUTER = providers.openrouter(env, SANDBOX_URL)

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("SMTP_HOST")
EMAIL_PORT = env.number("SMTP_PORT")
EMAIL_HOST_USER = env.text("SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("SMTP_PASSWORD")
EMAIL_USE_TLS = env.flag("SMTP_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL")
SENDGRID = providers.sendgrid(env, SANDBOX_URL)

# What certificates are signed with and where learners are put.
CERTIFICATE_KEYS = env.items("CERTIFICATE_KEYS") or [f"development:{SECRET_KEY}"]
GRAPHY = providers.graphy(env, SANDBOX_URL)
PUSHER = providers.pusher(env, SANDBOX_URL)
if streams.REALTIME_DRIVER == "pusher":
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["connect-src"] += providers.pusher_sources(PUSHER)

LOGGING = logging_config(style=env.text("LOG_FORMAT"), level=env.text("LOG_LEVEL"))
LOGGING_CONFIG = "logging.config.dictConfig"

# Operations --------------------------------------------------------------------------------------

METRICS_TOKEN = env.text("METRICS_TOKEN")
BACKUP_ROOT = env.text("BACKUP_ROOT")
PG_BIN = env.text("PG_BIN")
TRACING = {
    "endpoint": env.text("OTEL_EXPORTER_OTLP_ENDPOINT"),
    "service": env.text("OTEL_SERVICE_NAME"),
}
# Findings of `check --deploy` that are meant to be so.
SILENCED_SYSTEM_CHECKS = env.items("SILENCED_CHECKS")
SENTRY = {"dsn": env.text("SENTRY_DSN"), "environment": env.text("SENTRY_ENVIRONMENT")}

UNFOLD = admin_look.UNFOLD
