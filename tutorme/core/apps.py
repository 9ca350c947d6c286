from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from tutorme.core import metrics, reporting


def _time_queries(connection: Any, **_named: Any) -> None:
    if metrics.timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(metrics.timed)


class CoreConfig(AppConfig):
    name = "tutorme.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Who reacts to which event, and which kind of job is which function, must be known to
        # every process that records either.
        reporting.start()
        connection_created.connect(_time_queries)
        autodiscover_modules(
            *("uploads", "personal", "sealed", "channels", "handlers", "tasks", "errors", "checks"),
            *("invariants", "figures", "upkeep"),
        )
