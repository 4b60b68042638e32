"""The door for a web server: granian, or any other that speaks WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.site.settings")
application = get_wsgi_application()

# Only now are the models there to be asked.
from jieban.site.warming import warm_up  # noqa: E402

warm_up()
