from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    # The library for signing in has an app called Accounts too.
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"
