import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
application = get_wsgi_application()

from realtime.streams.stopping import end_streams_on_sigterm  # noqa: E402  (apps must be loaded)

end_streams_on_sigterm()
