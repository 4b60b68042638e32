"""Addresses of imports, cases and, since its pages count cases, of the directory."""

from django.urls import include, path

from jieban.apps.cases import case_web, directory_web, intake_web, web, worklist_web

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
    path("", worklist_web.list_cases, name="list"),
    path("new/", intake_web.new, name="new"),
    path("new/draft/", intake_web.draft, name="draft"),
    path("new/earlier/", intake_web.earlier, name="earlier"),
    path("new/categories/", intake_web.suggest, name="suggest"),
    path("several/", worklist_web.bulk, name="bulk"),
    path("export/", worklist_web.export, name="export"),
    path("views/", worklist_web.view_save, name="view_save"),
    path("views/<int:view>/drop/", worklist_web.view_drop, name="view_drop"),
    path("find/", web.find_case, name="find"),
    path("<str:number>/act/<slug:act>/", case_web.act, name="act"),
    path("<str:number>/in-clear/", case_web.unmask, name="unmask"),
    path("<str:number>/files/", intake_web.attach, name="attach"),
    path("<str:number>/files/<int:attachment>/", intake_web.attachment, name="attachment"),
    path(
        "<str:number>/files/<int:attachment>/remove/",
        intake_web.attachment_remove,
        name="attachment_remove",
    ),
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
    path("today/", worklist_web.today, name="today"),
    path("watermark.svg", case_web.watermark, name="watermark"),
    path("imports/", include((imports, "imports"))),
    path("cases/", include((cases, "cases"))),
    path("directory/", include((directory, "directory"))),
]
