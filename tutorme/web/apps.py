from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tutorme.web"
    label = "web"
