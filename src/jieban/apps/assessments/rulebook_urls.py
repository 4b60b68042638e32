"""Addresses of the rulebooks' pages."""

from django.urls import path

from jieban.apps.assessments import rulebook_web as web

app_name = "rulebooks"
urlpatterns = [
    path("rulebooks/", web.list_rulebooks, name="list"),
    path("rulebooks/compare/", web.compare, name="diff"),
    path("rulebooks/check/", web.check, name="check"),
    path("rulebooks/<slug:name>.toml", web.download, name="toml"),
    path("rulebooks/<slug:name>/", web.show, name="show"),
]
