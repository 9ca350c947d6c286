from allauth.account import views as allauth_views
from django.urls import path

from accounts import views

urlpatterns = [
    path("login/", allauth_views.login, name="account_login"),
    path("signup/", allauth_views.signup, name="account_signup"),
    path("signup/noticed/", views.signup_noticed, name="account_signup_noticed"),
    path("logout/", allauth_views.logout, name="account_logout"),
    path("profile/", views.profile, name="account_profile"),
    path("devices/", views.devices, name="account_devices"),
]
