"""Addresses of imports, cases and, since its pages count cases, of the directory."""

from django.urls import include, path

from jieban.apps.cases import directory_web, web

imports = [
    path("", web.list_imports, name="list"),
    path("new/", web.new_import, name="new"),
    path("files/<str:upload>/", web.preview_import, name="preview"),
    path("files/<str:upload>/confirm/", web.confirm_import, name="confirm"),
    path("files/<str:upload>/result/", web.show_result, name="result"),
    path("files/<str:upload>/rejects.xlsx", web.download_rejects, name="rejects"),
    path("profiles/", web.list_profiles, name="profiles"),
    path("profiles/<str:name>/", web.show_profile, name="profile"),
    path("<int:number>/", web.show_import, name="show"),
]
cases = [
    path("", web.find_case, name="find"),
    path("<path:number>/", web.show_case, name="show"),
]
directory = [
    path("", directory_web.show_index, name="index"),
    path("areas/", directory_web.list_areas, name="areas"),
    path("units/", directory_web.list_units, name="units"),
    path("provisional/", directory_web.list_provisional, name="provisional"),
    path("import/", directory_web.new_import, name="import"),
    path("import/template.xlsx", directory_web.download_template, name="template"),
    path("import/<str:upload>/", directory_web.preview_import, name="preview"),
    path("<str:what>/<str:code>/", directory_web.show_entry, name="entry"),
    path("<str:what>/<str:code>/confirm/", directory_web.confirm_entry, name="confirm"),
    path("<str:what>/<str:code>/merge/", directory_web.merge_entry, name="merge"),
]
urlpatterns = [
    path("imports/", include((imports, "imports"))),
    path("cases/", include((cases, "cases"))),
    path("directory/", include((directory, "directory"))),
]
