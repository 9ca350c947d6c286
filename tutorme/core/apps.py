from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from tutorme.core import labels, metrics, migrating, reporting, row_security, tracing


def _watch_statements(connection: Any, **_named: Any) -> None:
    for wrapper in (metrics.timed, row_security.guarded):
        if wrapper not in connection.execute_wrappers:
            connection.execute_wrappers.append(wrapper)


class CoreConfig(AppConfig):
    name = "tutorme.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Who reacts to which event, and which kind of job is which function, must be known to
        # every process that records either.
        labels.write_out()
        reporting.start()
        tracing.start()
        connection_created.connect(_watch_statements)
        migrating.watch()
        autodiscover_modules(
            *("uploads", "personal", "sealed", "channels", "handlers", "tasks", "errors", "checks"),
            *("mergers", "invariants", "figures", "upkeep", "report_parts", "probes", "walls"),
        )
