"""Addresses of the webhooks."""

from django.urls import path

from jieban.apps.integrations import web

app_name = "integrations"
urlpatterns = [
    path("integrations/", web.list_webhooks, name="list"),
    path("integrations/new/", web.add, name="new"),
    path("integrations/<int:number>/", web.show, name="show"),
    path("integrations/<int:number>/pause/", web.pause, name="pause"),
    path("integrations/<int:number>/resume/", web.resume, name="resume"),
    path("integrations/<int:number>/remove/", web.remove, name="remove"),
    path("integrations/deliveries/<uuid:delivery>/replay/", web.replay, name="replay"),
]
