"""Addresses of the ledger."""

from django.urls import path

from jieban.apps.ledger import web

app_name = "ledger"
urlpatterns = [
    path("ledger/", web.list_events, name="list"),
    path("ledger/seals/", web.list_seals, name="seals"),
    path("ledger/<str:kind>/<path:subject>/", web.show_subject, name="subject"),
]
