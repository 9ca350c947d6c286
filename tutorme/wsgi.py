import os
from pathlib import Path

from django.core.wsgi import get_wsgi_application

from tutorme import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
if counters := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    # Processes of one server count together; prometheus_client looks for the directory once.
    Path(counters).mkdir(parents=True, exist_ok=True)
# 3 is what tells gunicorn that starting its processes again will not help.
with starting.spoken(code=3):
    application = get_wsgi_application()

from realtime.streams.stopping import end_streams_on_sigterm
from tutorme import warm
from tutorme.core import patience, queue

end_streams_on_sigterm()
patience.never_wait_longer()
queue.wait_briefly()
warm.keep_what_is_loaded()
