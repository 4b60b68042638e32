"""Addresses of inspection rectification."""

from django.urls import path

from jieban.apps.rectification import board_web, plans_web, tasks_web, web

app_name = "rectification"
urlpatterns = [
    path("", board_web.show_work, name="work"),
    path("figures/", board_web.show_all_figures, name="all_figures"),
    path("calendar.ics", board_web.calendar, name="calendar"),
    path("rounds/<slug:code>/figures/", board_web.show_figures, name="figures"),
    path("rounds/<slug:code>/board/", board_web.show_board, name="board"),
    path("rounds/<slug:code>/sheet/", board_web.newest_sheet, name="sheets"),
    path("rounds/<slug:code>/sheet/<str:month>/", board_web.show_sheet, name="sheet"),
    path(
        "rounds/<slug:code>/sheet/<str:month>/<slug:form>/",
        board_web.sheet_file,
        name="sheet_file",
    ),
    path("rounds/", web.list_rounds, name="rounds"),
    path("rounds/new/", web.new_round, name="round_new"),
    path("rounds/<slug:code>/", web.show_round, name="round"),
    path("rounds/<slug:code>/edit/", web.edit_round, name="round_edit"),
    path("rounds/<slug:code>/import/", web.import_plan, name="import"),
    path("rounds/<slug:code>/plan/", plans_web.show_plan, name="plan"),
    path("rounds/<slug:code>/plan/file/<slug:form>/", plans_web.plan_file, name="plan_file"),
    path("rounds/<slug:code>/plan/act/<slug:act>/", plans_web.act, name="plan_act"),
    path("rounds/<slug:code>/plan/papers/<int:approval>/", plans_web.paper, name="paper"),
    path("rounds/<slug:code>/plan/<int:number>/", plans_web.show_version, name="version"),
    path("rounds/<slug:code>/problems/new/", plans_web.new_problem, name="problem_new"),
    path("rounds/<slug:code>/problems/<int:serial>/", plans_web.edit_problem, name="problem"),
    path("rounds/<slug:code>/tasks/new/", plans_web.new_task, name="task_new"),
    path("rounds/<slug:code>/tasks/<int:serial>/", tasks_web.show, name="task"),
    path("rounds/<slug:code>/tasks/<int:serial>/edit/", plans_web.edit_task, name="task_edit"),
    path("rounds/<slug:code>/tasks/<int:serial>/act/<slug:act>/", tasks_web.act, name="task_act"),
    path(
        "rounds/<slug:code>/tasks/<int:serial>/evidence/<int:number>/",
        tasks_web.evidence,
        name="evidence",
    ),
    path("rounds/<slug:code>/tasks/<int:serial>/pack/<slug:form>/", tasks_web.pack, name="pack"),
]
