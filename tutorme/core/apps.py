from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "tutorme.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Who reacts to which event, and which kind of job is which function, must be known to
        # every process that records either.
        autodiscover_modules(
            "uploads", "personal", "channels", "handlers", "tasks", "errors", "checks"
        )
