"""Addresses of the work calendar and the duty list. Those of places and units are with the cases
they count."""

from django.urls import include, path

from jieban.apps.directory import duties_web, posts_web, web

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
duties = [
    path("categories/", duties_web.list_categories, name="categories"),
    path("categories/start-set/", duties_web.take_start_set, name="start"),
    path("categories/all.csv", duties_web.download_categories, name="categories_file"),
    path("categories/<str:code>/", duties_web.show_category, name="category"),
    path("duties/", duties_web.list_duties, name="list"),
    path("duties/try/", duties_web.try_it, name="try"),
    path("duties/all.<str:ending>", duties_web.download_duties, name="file"),
    path("duties/template.xlsx", duties_web.download_template, name="template"),
    path("duties/<int:number>/", duties_web.show_duty, name="duty"),
    path("bring/<str:sort>/", duties_web.new_import, name="import"),
    path("bring/<str:sort>/confirm/", duties_web.confirm_import, name="confirm"),
]
people = [
    path("", posts_web.list_people, name="list"),
    path("new/", posts_web.new_person, name="new"),
    path("roles/", posts_web.list_roles, name="roles"),
    path("roles/<str:code>/", posts_web.edit_role, name="role"),
    path("<int:number>/", posts_web.show_person, name="show"),
    path("<int:number>/<slug:deed>/", posts_web.act, name="act"),
]
urlpatterns = [
    path("people/", include((people, "people"))),
    path("directory/calendar/", include((calendar, "calendar"))),
    path("directory/", include((duties, "duties"))),
]
