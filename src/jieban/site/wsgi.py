"""The door for a web server: granian, or any other that speaks WSGI."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jieban.site.settings")
site = get_wsgi_application()

# Only now are the models there to be asked.
from jieban.site.crowd import Crowd  # noqa: E402
from jieban.site.warming import warm_up  # noqa: E402

WORKING = 4
WITHIN = 23
"""Of one process: 20 cases wait a tenth of a second, 20 pages one second."""

application = Crowd(site, working=WORKING, within=WITHIN)
warm_up()
