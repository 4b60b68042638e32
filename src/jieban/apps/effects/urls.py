"""Addresses of effects."""

from django.urls import path

from jieban.apps.effects import web

app_name = "effects"
urlpatterns = [
    path("", web.newest, name="newest"),
    path("<slug:programme>/", web.show, name="show"),
    path("<slug:programme>/method/", web.method, name="method"),
    path("<slug:programme>/quoted/", web.quote, name="quote"),
    path("<slug:programme>/effects.<str:form>", web.file, name="file"),
]
