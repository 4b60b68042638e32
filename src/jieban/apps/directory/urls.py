"""Addresses of the work calendar. Those of places and units are with the cases they count."""

from django.urls import include, path

from jieban.apps.directory import web

calendar = [
    path("", web.show, name="show"),
    path("<int:year>/", web.show, name="year"),
    path("<int:year>/closings/", web.add_closing, name="close"),
    path("<int:year>/closings/<int:number>/remove/", web.remove_closing, name="open"),
    path("<int:year>/office-hours/", web.set_shifts, name="shifts"),
    path("import/", web.new_import, name="import"),
    path("import/confirm/", web.confirm_import, name="confirm"),
    path("import/calendar-<int:year>.csv", web.download_template, name="template"),
]
urlpatterns = [path("directory/calendar/", include((calendar, "calendar")))]
