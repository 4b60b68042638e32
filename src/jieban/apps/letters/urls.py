"""Addresses of letters, their batches and public tables."""

from django.urls import path

from jieban.apps.letters import batches_web, import_web, web

app_name = "letters"
urlpatterns = [
    path("", web.register, name="list"),
    path("mine/", web.mine, name="mine"),
    path("batches/", batches_web.list_batches, name="batches"),
    path("import/", import_web.new_import, name="import"),
    path("import/confirm/", import_web.confirm_import, name="import_confirm"),
    path("import/template/", import_web.template, name="import_template"),
    path("<slug:code>/new/", web.new, name="new"),
    path("<slug:code>/letter/<str:number>/", web.show, name="show"),
    path("<slug:code>/letter/<str:number>/edit/", web.edit, name="edit"),
    path("<slug:code>/letter/<str:number>/act/<slug:act>/", web.act, name="act"),
    path("<slug:code>/batches/new/", batches_web.new_batch, name="batch_new"),
    path("<slug:code>/batches/<slug:number>/", batches_web.show_batch, name="batch"),
    path("<slug:code>/batches/<slug:number>/act/<slug:act>/", batches_web.act, name="batch_act"),
    path(
        "<slug:code>/batches/<slug:number>/tables/<int:table>/<slug:form>/",
        batches_web.table,
        name="table",
    ),
]
