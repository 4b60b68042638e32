"""Addresses of projects, practices and agreements."""

from django.urls import include, path

from jieban.apps.practices import agreements_web, practices_web, projects_web

projects = [
    path("", projects_web.list_projects, name="list"),
    path("new/", projects_web.new, name="new"),
    path("suggestions/", projects_web.list_clusters, name="clusters"),
    path("suggestions/answer/", projects_web.answer_cluster, name="cluster_answer"),
    path("<int:number>/", projects_web.show, name="show"),
    path("<int:number>/edit/", projects_web.edit, name="edit"),
    path("<int:number>/act/<slug:act>/", projects_web.act, name="act"),
    path("<int:number>/photos/", projects_web.photo_add, name="photo_add"),
    path("<int:number>/photos/<int:photo>/", projects_web.photo, name="photo"),
]
practices = [
    path("", practices_web.library, name="list"),
    path("new/", practices_web.new, name="new"),
    path("<int:number>/", practices_web.show, name="show"),
    path("<int:number>/edit/", practices_web.edit, name="edit"),
    path("<int:number>/card/", practices_web.card, name="card"),
    path("<int:number>/act/<slug:act>/", practices_web.act, name="act"),
]
agreements = [
    path("", agreements_web.list_agreements, name="list"),
    path("new/", agreements_web.new, name="new"),
    path("<int:number>/", agreements_web.show, name="show"),
    path("<int:number>/edit/", agreements_web.edit, name="edit"),
    path("<int:number>/act/<slug:act>/", agreements_web.act, name="act"),
    path("<int:number>/items/<int:item>/proof/", agreements_web.proof, name="proof"),
]
urlpatterns = [
    path("projects/", include((projects, "projects"))),
    path("practices/", include((practices, "practices"))),
    path("agreements/", include((agreements, "agreements"))),
]
