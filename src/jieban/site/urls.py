"""Every address of the site. A room of pages lives in its app; the site only joins them."""

from importlib.util import find_spec

from django.urls import include, path

from jieban.site import web

# Modules with addresses, each with its own app_name. One that is not there yet is left out,
# and the navigation leaves it out too.
ROOMS = (
    "jieban.apps.assessments.urls",
    "jieban.apps.cases.urls",  # with the directory's, whose pages count cases
    "jieban.apps.ledger.urls",
    "jieban.apps.assessments.rulebook_urls",
)

urlpatterns = [
    path("language/<str:code>/", web.language, name="language"),
    path("operator/", web.operator, name="operator"),
    path("keys/", web.keys, name="keys"),
    path("healthz", web.health, name="health"),
    *(path("", include(room)) for room in ROOMS if find_spec(room)),
]
handler404 = web.not_found
handler500 = web.broken
