"""Names of columns as people write them: a model's `target_id` is labelled "target ID", not
"target id". Only where Django made the label from the name; what somebody wrote stands."""

from django.apps import apps

_WRITTEN = {"api": "API", "email": "e-mail", "html": "HTML", "id": "ID", "ip": "IP", "url": "URL"}


def write_out() -> None:
    """A migration holds labels that were given, so this changes none."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if field.verbose_name == field.name.replace("_", " "):
                field.verbose_name = _written(field.verbose_name)


def _written(label: str) -> str:
    return " ".join(_WRITTEN.get(word, word) for word in label.split(" "))
