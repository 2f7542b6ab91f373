"""Addresses of the product."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path, re_path

from segur import views

admin.site.site_title = admin.site.site_header = "Ségur"
admin.site.index_title = "Administration"

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("funding.urls")),
    path("compte/connexion/", views.Login.as_view(), name="login"),
    path("compte/deconnexion/", LogoutView.as_view(), name="logout"),
    path("compte/mot-de-passe/", views.PasswordChange.as_view(), name="password_change"),
    path("compte/mot-de-passe/change/", views.PasswordChanged.as_view(), name="password_change_done"),
    path("affichage/theme/", views.theme, name="theme"),
    path("regles/", views.rules, name="rules"),
    re_path(r"^regles/(?P<code>[RFA]\d+)/$", views.rule, name="rule"),
    path("admin/", admin.site.urls),
]
