"""Addresses of terms."""

from django.urls import path

from jieban.apps.terms import import_web, managing_web, serving_web, web

app_name = "terms"
urlpatterns = [
    path("", web.list_terms, name="list"),
    path("mine/", web.mine, name="mine"),
    path("due/", web.list_due, name="due"),
    path("new/", managing_web.plan, name="new"),
    path("import/", import_web.new_import, name="import"),
    path("import/confirm/", import_web.confirm_import, name="import_confirm"),
    path("import/template/", import_web.template, name="import_template"),
    path("<str:number>/", web.show, name="show"),
    path("<str:number>/week/", serving_web.week, name="week"),
    path("<str:number>/problems/", serving_web.problems, name="problems"),
    path("<str:number>/month/", serving_web.month, name="month"),
    path("<str:number>/prepare/", managing_web.prepare, name="prepare"),
    path("<str:number>/decision/", managing_web.decision, name="decision"),
    path("<str:number>/approval/", managing_web.approval, name="approval"),
    path("<str:number>/hand-over/", managing_web.hand_over, name="hand_over"),
    path("<str:number>/look-back/<int:months>/", managing_web.look_back, name="look_back"),
    path("<str:number>/self-reliance/", web.self_reliance, name="self_reliance"),
    path("<str:number>/posting.pdf", web.posting, name="posting"),
]
