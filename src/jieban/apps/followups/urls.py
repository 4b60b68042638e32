"""Addresses of call-backs."""

from django.urls import path

from jieban.apps.followups import web

app_name = "followups"
urlpatterns = [
    path("", web.list_waiting, name="list"),
    path("<str:number>/", web.call, name="call"),
]
