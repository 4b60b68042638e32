"""Addresses of signing in and of one's own account."""

from django.urls import path

from jieban.apps.accounts import oidc_web, web

app_name = "accounts"
urlpatterns = [
    path("sign-in/", web.sign_in, name="sign_in"),
    path("sign-in/office/", oidc_web.away, name="oidc"),
    path("sign-in/office/back/", oidc_web.back, name="oidc_back"),
    path("sign-out/", web.sign_out, name="sign_out"),
    path("second-factor/", web.second_factor, name="second_factor"),
    path("me/", web.me, name="me"),
    path("me/password/", web.password, name="password"),
    path("me/second-factor/", web.enrol, name="enrol"),
    path("me/sessions/", web.sessions, name="sessions"),
    path("me/duty/", web.duty, name="duty"),
    path("me/tokens/new/", web.token_new, name="token_new"),
    path("me/tokens/<int:token>/revoke/", web.token_revoke, name="token_revoke"),
]
