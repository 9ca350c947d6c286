"""Every environment variable TutorMe reads, declared once.

`read()` collects all bad values and reports them in one message. A secret may
come from a file: `NAME_FILE=/run/secrets/name` stands for `NAME`. Spaces and line
ends around a value are not part of it, and what is empty is not set; only a list
may be meant to be empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from environs import FileAwareEnv

from tutorme.env_rules import understood
from tutorme.starting import Misconfigured

Kind = Literal["str", "bool", "int", "list"]


@dataclass(frozen=True)
class Variable:
    name: str
    kind: Kind
    default: Any
    help: str
    group: str


def _group(name: str, *rows: tuple[str, Kind, Any, str]) -> list[Variable]:
    return [Variable(*row, group=name) for row in rows]


VARIABLES: Sequence[Variable] = (
    *_group(
        "Site",
        (
            "DEBUG",
            "bool",
            False,
            "Development mode: error pages with source, gallery at /styleguide/.",
        ),
        ("SECRET_KEY", "str", "", "Signs sessions and links. Empty only in development."),
        ("ALLOWED_HOSTS", "list", ["localhost", "127.0.0.1"], "Host names this site answers to."),
        (
            "PUBLIC_BASE_URL",
            "str",
            "http://127.0.0.1:8000",
            "Address people use; in mails, QR codes, webhooks.",
        ),
        (
            "TRUSTED_PROXY_COUNT",
            "int",
            0,
            "Proxies in front that set X-Forwarded-For; 0 trusts none.",
        ),
        ("SUPPORT_EMAIL", "str", "support@tutorme.test", "Shown where a person needs help."),
    ),
    *_group(
        "Data",
        (
            "DATABASE_URL",
            "str",
            "",
            "PostgreSQL 15 or newer; make run and make test set their own when empty.",
        ),
        (
            "DATABASE_POOL_SIZE",
            "int",
            8,
            "Connections a web process keeps at most; 0 opens one a request.",
        ),
        (
            "ROW_SECURITY",
            "str",
            "auto",
            "Third wall around private rows: on, auto (where PostgreSQL has its role), off.",
        ),
        (
            "REDIS_URL",
            "str",
            "",
            "Redis 7 or Valkey: cache, limits, broker, wake-ups. Holds nothing that matters.",
        ),
        ("MEDIA_ROOT", "str", "var/media", "Where uploads and certificates are kept."),
        (
            "MEDIA_ACCEL_PREFIX",
            "str",
            "",
            "Internal nginx location of MEDIA_ROOT for X-Accel-Redirect; empty: no proxy sends it.",
        ),
        (
            "FIELD_ENCRYPTION_KEYS",
            "list",
            [],
            "id:key pairs, the first encrypts; see rotate_field_keys.",
        ),
    ),
    *_group(
        "Tokens",
        ("JWT_SIGNING_KEY", "str", "", "Signs API tokens; another value than SECRET_KEY."),
        ("ACCESS_TOKEN_SECONDS", "int", 300, "Life of an access token."),
        ("REFRESH_TOKEN_DAYS", "int", 14, "Life of an unused refresh token."),
        (
            "ADMIN_SECOND_FACTOR",
            "bool",
            True,
            "Admins are admins only with a second factor. make run turns it off for its demo.",
        ),
        (
            "ADMIN_IDLE_MINUTES",
            "int",
            30,
            "The admin asks again who it is after this pause; 0 never.",
        ),
        ("SESSION_ABSOLUTE_DAYS", "int", 30, "A sign-in ends after this, however busy."),
    ),
    *_group(
        "Courses",
        (
            "COURSE_REVIEW_REQUIRED",
            "bool",
            False,
            "Tutors hand a course in; it is published when an admin approves it.",
        ),
        (
            "EMBED_HOSTS",
            "list",
            [
                "www.youtube-nocookie.com",
                "player.vimeo.com",
                "www.geogebra.org",
                "www.desmos.com",
                "phet.colorado.edu",
                "codepen.io",
            ],
            "Hosts whose pages a lesson may show within its own.",
        ),
    ),
    *_group(
        "PayPal",
        (
            "PAYPAL_ENVIRONMENT",
            "str",
            "sandbox",
            "sandbox or live; decides the base URL unless one is given.",
        ),
        ("PAYPAL_BASE_URL", "str", "", "API address; empty takes PayPal's own."),
        ("PAYPAL_CLIENT_ID", "str", "", "REST app id; empty switches paid checkout off."),
        ("PAYPAL_CLIENT_SECRET", "str", "", "REST app secret."),
        ("PAYPAL_WEBHOOK_ID", "str", "", "Id of the webhook subscription; empty refuses webhooks."),
    ),
    *_group(
        "Meetings",
        ("ZOOM_ACCOUNT_ID", "str", "", "Zoom account of a server-to-server app; empty: no Zoom."),
        ("ZOOM_CLIENT_ID", "str", "", "Its client id."),
        ("ZOOM_CLIENT_SECRET", "str", "", "Its client secret."),
        (
            "ZOOM_HOST_USER",
            "str",
            "me",
            "Zoom user who hosts for tutors without a seat in that account.",
        ),
        (
            "ZOOM_WEBHOOK_SECRET",
            "str",
            "",
            "Secret token of its event subscription; empty refuses webhooks.",
        ),
    ),
    *_group(
        "AI",
        ("OPENROUTER_API_KEY", "str", "", "Key of OpenRouter or its like; empty: no AI features."),
        (
            "OPENROUTER_BASE_URL",
            "str",
            "",
            "Another server of the same API, up to /v1; empty takes OpenRouter's own.",
        ),
        (
            "OPENROUTER_MODELS",
            "list",
            ["openai/gpt-4.1-mini", "google/gemini-2.5-flash"],
            "The model, then those that stand in for it.",
        ),
        (
            "OPENROUTER_ROUTING",
            "bool",
            True,
            "Send OpenRouter's own members (models, provider); off for servers that refuse them.",
        ),
        ("AI_PROMPT_MICROS", "int", 400, "Millionths of a dollar for 1000 tokens read."),
        ("AI_COMPLETION_MICROS", "int", 1600, "Millionths of a dollar for 1000 tokens written."),
        ("AI_JOB_CEILING_MICROS", "int", 500_000, "What one draft may cost, in such millionths."),
        ("AI_DAY_BUDGET_MICROS", "int", 0, "The same of a day (UTC): near it an alarm; 0: none."),
        ("AI_FREE_COURSES_A_DAY", "int", 1, "Course drafts a day without a plan."),
        ("AI_PLAN_COURSES_A_DAY", "int", 10, "Course drafts a day with the AI studio."),
        ("AI_FREE_EXERCISES_A_DAY", "int", 5, "Exercise or quiz drafts a day without a plan."),
        ("AI_PLAN_EXERCISES_A_DAY", "int", 100, "Exercise or quiz drafts a day with it."),
        ("AI_FREE_SOLVES_A_DAY", "int", 10, "Second looks at edited questions a day, no plan."),
        ("AI_PLAN_SOLVES_A_DAY", "int", 200, "Second looks at edited questions a day with it."),
        ("AI_FREE_HINTS_A_DAY", "int", 10, "Hints a day without a plan."),
        ("AI_PLAN_HINTS_A_DAY", "int", 100, "Hints a day with it."),
        ("AI_FREE_MATCHES_A_DAY", "int", 5, "Worded matches a day without a plan."),
        ("AI_PLAN_MATCHES_A_DAY", "int", 50, "Worded matches a day with it."),
    ),
    *_group(
        "Money",
        ("BUSINESS_NAME", "str", "TutorMe", "Who sells, on receipts."),
        ("BUSINESS_ADDRESS", "str", "", "Its address on receipts; lines apart by |."),
        ("BUSINESS_TAX_NUMBER", "str", "", "Its tax number on receipts."),
        ("TAX_PER_MILLE", "int", 0, "Tax contained in prices, thousandths of the net; 0 for none."),
        ("REFUND_DAYS", "int", 14, "Days in which a buyer may give a course back."),
        ("REFUND_PROGRESS_PERCENT", "int", 30, "How far in a course that is possible."),
        ("REFUND_LIMIT_MINOR", "int", 20000, "Refunds above this need a second admin."),
        ("DISPUTE_HOURS", "int", 72, "Hours after a lesson in which it can be disputed."),
        ("PAYOUT_MINIMUM_MINOR", "int", 2500, "Smallest payout."),
        ("PAYOUT_TWO_PERSON_MINOR", "int", 200000, "Payouts above this need two approvals."),
        ("PAYOUT_COOL_DOWN_HOURS", "int", 72, "Wait before a changed payout address is used."),
    ),
    *_group(
        "Sign-in services",
        ("GOOGLE_CLIENT_ID", "str", "", "Google's OAuth client; empty leaves Google out."),
        ("GOOGLE_CLIENT_SECRET", "str", "", "Its secret."),
        ("MICROSOFT_CLIENT_ID", "str", "", "Microsoft Entra app; empty leaves Microsoft out."),
        ("MICROSOFT_CLIENT_SECRET", "str", "", "Its secret."),
        ("MICROSOFT_TENANT", "str", "common", "common, organizations, consumers, or a tenant id."),
        ("APPLE_CLIENT_ID", "str", "", "Apple's Services ID; empty leaves Apple out."),
        ("APPLE_TEAM_ID", "str", "", "Apple's team."),
        ("APPLE_KEY_ID", "str", "", "Id of the key that signs for Apple."),
        ("APPLE_PRIVATE_KEY", "str", "", "That key, PEM; line breaks may be written as \\n."),
        ("FIREBASE_PROJECT_ID", "str", "", "Whose ID tokens apps may bring; empty takes none."),
    ),
    *_group(
        "Mail",
        ("SMTP_HOST", "str", "", "Mail server; empty switches mail off and says so."),
        ("SMTP_PORT", "int", 587, "Its port."),
        ("SMTP_USER", "str", "", "Its user, if it asks for one."),
        ("SMTP_PASSWORD", "str", "", "Its password."),
        ("SMTP_TLS", "bool", True, "STARTTLS before anything is said."),
        ("FROM_EMAIL", "str", "TutorMe <hello@tutorme.test>", "Sender of every mail."),
        (
            "SENDGRID_API_KEY",
            "str",
            "",
            "Sends by SendGrid, by SMTP where that fails; empty: SMTP.",
        ),
        ("SENDGRID_BASE_URL", "str", "", "Its API; empty takes SendGrid's own (not the EU's)."),
        ("SENDGRID_WEBHOOK_KEY", "str", "", "Public key of its signed event webhook; empty: none."),
        ("MAIL_DAYS", "int", 180, "Days a mail that is over is kept on record."),
        ("MAX_EMAIL_RETRY_ATTEMPTS", "int", 3, "Quick retries of one mail."),
        ("EMAIL_RETRY_DELAY", "int", 60, "Seconds between them."),
    ),
    *_group(
        "Graphy",
        ("GRAPHY_BASE_URL", "str", "", "API address; empty takes Graphy's own."),
        ("GRAPHY_MERCHANT_ID", "str", "", "Merchant id (mid); empty switches Graphy off."),
        ("GRAPHY_API_KEY", "str", "", "API key."),
        (
            "GRAPHY_WEBHOOK_SECRET",
            "list",
            [],
            "Secrets of its messages, any of which may sign; empty refuses all.",
        ),
        ("GRAPHY_CALLS_PER_MINUTE", "int", 60, "Calls to Graphy's API at most."),
    ),
    *_group(
        "Video",
        ("VIDEO_PROVIDER", "str", "builtin", "Where lessons meet by default: builtin or twilio."),
        ("TWILIO_ACCOUNT_SID", "str", "", "Twilio account; empty leaves Twilio out."),
        ("TWILIO_API_KEY", "str", "", "Sid of an API key of that account."),
        ("TWILIO_API_SECRET", "str", "", "That key's secret; signs access tokens."),
        ("TWILIO_AUTH_TOKEN", "str", "", "Signs Twilio's callbacks; empty refuses them all."),
        ("STUN_URLS", "list", [], "stun: addresses for the built-in room, over the internet."),
        ("TURN_URLS", "list", [], "turn: and turns: addresses that carry what cannot go directly."),
        ("TURN_SECRET", "str", "", "Shared with the TURN server (coturn: static-auth-secret)."),
        ("TURN_SECONDS", "int", 3600, "Life of a TURN credential."),
    ),
    *_group(
        "Realtime",
        ("REALTIME_DRIVER", "str", "sse", "sse needs no account; pusher uses what follows."),
        ("PUSHER_APP_ID", "str", "", "App of Pusher Channels or a server of that protocol."),
        ("PUSHER_KEY", "str", "", "Its key; browsers see it."),
        ("PUSHER_SECRET", "str", "", "Its secret; signs what we send and whom we let in."),
        ("PUSHER_CLUSTER", "str", "eu", "Pusher's cluster; decides the hosts unless given."),
        ("PUSHER_HOST", "str", "", "Host of the HTTP API; empty takes the cluster's."),
        ("PUSHER_PORT", "int", 0, "Its port; 0 takes 443 or 80."),
        ("PUSHER_WS_HOST", "str", "", "Host browsers connect to; empty takes the API's."),
        ("PUSHER_WS_PORT", "int", 0, "Its port; 0 takes the API's."),
        ("PUSHER_TLS", "bool", True, "https and wss."),
        ("NOTIFICATION_DAYS", "int", 365, "Days a notification is kept."),
        ("LIVE_EVENT_HOURS", "int", 48, "How long what was said on channels can be caught up."),
    ),
    *_group(
        "Certificates",
        ("CERTIFICATE_ISSUER", "str", "TutorMe", "Name printed as issuer."),
        (
            "CERTIFICATE_KEYS",
            "list",
            [],
            "id:phrase pairs that seal files and sign credentials; the first signs, all verify.",
        ),
        (
            "CERTIFICATE_SEAL_PEM",
            "str",
            "",
            "File with a key and its certificates for the PDF seal; empty: one of our own making.",
        ),
        (
            "CERTIFICATE_RETENTION_DAYS",
            "int",
            0,
            "PDFs of organisations are removed after this; 0 keeps them. Records always stay.",
        ),
        ("CERTIFICATE_RESEND_SECONDS", "int", 600, "Between two sendings to the same person."),
        ("CERTIFICATE_LINK_DAYS", "int", 30, "Life of a link to a certificate in a mail."),
        ("MAX_CSV_ROWS", "int", 5000, "Learners in one list."),
        ("RENDER_AT_ONCE", "int", 3, "Documents printed at the same time on one machine."),
        ("RENDER_CPU_SECONDS", "int", 15, "CPU a rendering child may burn."),
        ("RENDER_MEMORY_MB", "int", 768, "Address space of a rendering child."),
    ),
    *_group(
        "Operations",
        (
            "METRICS_TOKEN",
            "str",
            "",
            "Bearer token of the scraper of /metrics; empty: admins only.",
        ),
        (
            "PROMETHEUS_MULTIPROC_DIR",
            "str",
            "",
            "Where the processes of one web server count together; prometheus_client reads it.",
        ),
        ("SENTRY_DSN", "str", "", "Where crashes are reported; empty reports nowhere."),
        ("SENTRY_ENVIRONMENT", "str", "production", "The name they are reported under."),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "str",
            "",
            "Collector of traces (OTLP over HTTP, as http://host:4318); empty traces nothing.",
        ),
        ("OTEL_SERVICE_NAME", "str", "tutorme", "The name the traces go by."),
        (
            "SILENCED_CHECKS",
            "list",
            [],
            "Numbers of `check --deploy` that are meant to be so here, as video.W002.",
        ),
        ("BACKUP_ROOT", "str", "var/backups", "Where manage.py backup writes."),
        ("PG_BIN", "str", "", "Directory of pg_dump and pg_restore; empty looks for them."),
    ),
    *_group(
        "Development",
        ("SANDBOX_URL", "str", "", "Loopback stand-ins of the providers; refused in production."),
        ("STREAM_URL", "str", "", "Address of the event-stream process when pages should use it."),
        ("CORS_ALLOWED_ORIGINS", "list", [], "Origins of browser apps that may call the API."),
        ("LOG_FORMAT", "str", "console", "console or json."),
        ("LOG_LEVEL", "str", "INFO", "Lowest level written."),
    ),
)


class Environment:
    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        return cast(str, self._values[name])

    def flag(self, name: str) -> bool:
        return cast(bool, self._values[name])

    def number(self, name: str) -> int:
        return cast(int, self._values[name])

    def items(self, name: str) -> list[str]:
        return cast(list[str], self._values[name])


def read(*, dotenv: str | None = ".env") -> Environment:
    """All declared variables, or `Misconfigured` naming every bad one."""
    env = FileAwareEnv(strip_whitespace=True)
    values, wrong = {}, []
    try:
        if dotenv:
            env.read_env(dotenv, recurse=False)
    except ValueError as error:
        raise Misconfigured(f"{dotenv} is no text file in UTF-8.") from error
    for variable in VARIABLES:
        try:
            given = env.str(variable.name, None)
            found = understood(variable.name, variable.kind, given)
            values[variable.name] = variable.default if found is None else found
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise Misconfigured("\n".join(wrong))
    return Environment(values)
