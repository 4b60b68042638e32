"""Every address of the site. A room of pages lives in its app; the site only joins them."""

from django.urls import include, path

from jieban.site import health, metrics, web
from jieban.site.api import api

urlpatterns = [
    # First, because it is asked for most often, and addresses are tried in this order.
    path("api/v1/", api.urls),
    path("language/<str:code>/", web.language, name="language"),
    path("keys/", web.keys, name="keys"),
    path("healthz", health.alive, name="health"),
    path("readyz", health.ready, name="ready"),
    path("metrics", metrics.metrics, name="metrics"),
    path("operation/", health.operation, name="operation"),
    path("", include("jieban.apps.accounts.urls")),
    path("", include("jieban.apps.assessments.urls")),
    # Before the directory's other pages, whose addresses begin alike.
    path("", include("jieban.apps.directory.urls")),
    # With the directory's pages, which count cases.
    path("", include("jieban.apps.cases.urls")),
    path("follow-ups/", include("jieban.apps.followups.urls")),
    path("", include("jieban.apps.practices.urls")),
    path("rectification/", include("jieban.apps.rectification.urls")),
    path("letters/", include("jieban.apps.letters.urls")),
    path("", include("jieban.apps.programmes.urls")),
    path("effects/", include("jieban.apps.effects.urls")),
    path("terms/", include("jieban.apps.terms.urls")),
    path("", include("jieban.apps.ledger.urls")),
    path("", include("jieban.apps.assessments.rulebook_urls")),
    path("", include("jieban.apps.integrations.urls")),
]
handler404 = web.not_found
handler500 = web.broken
