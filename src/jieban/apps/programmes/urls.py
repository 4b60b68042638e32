"""Addresses of programmes and of the roster."""

from django.urls import path

from jieban.apps.programmes import matching_web, roster_web, web

app_name = "programmes"
urlpatterns = [
    path("programmes/", web.list_programmes, name="list"),
    path("programmes/new/", web.open_programme, name="open"),
    path("programmes/<slug:code>/", web.show_programme, name="show"),
    path("programmes/<slug:code>/criteria/", web.change_criteria, name="criteria"),
    path("programmes/<slug:code>/select/", web.select, name="select"),
    path("programmes/<slug:code>/lists/<int:number>/", web.show_selection, name="selection"),
    path(
        "programmes/<slug:code>/lists/<int:number>/list.<str:ending>",
        web.selection_file,
        name="selection_file",
    ),
    path("programmes/<slug:code>/lists/<int:number>/lot/", web.draw_lot, name="lot"),
    path("programmes/<slug:code>/cohorts/new/", matching_web.new_cohort, name="cohort_new"),
    path("programmes/<slug:code>/cohorts/<int:number>/", matching_web.show_cohort, name="cohort"),
    path(
        "programmes/<slug:code>/cohorts/<int:number>/<str:deed>/",
        matching_web.act,
        name="cohort_act",
    ),
    path("officials/", roster_web.list_officials, name="officials"),
    path("officials/new/", roster_web.new_official, name="official_new"),
    path("officials/import/", roster_web.import_officials, name="officials_import"),
    path("officials/roster.xlsx", roster_web.roster_file, name="roster"),
    path("officials/blank.xlsx", roster_web.roster_file, {"blank": True}, name="roster_blank"),
    path("officials/<slug:code>/", roster_web.show_official, name="official"),
]
