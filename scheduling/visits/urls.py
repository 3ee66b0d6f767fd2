"""Addresses of visits."""

from django.urls import path

from scheduling.visits import views

app_name = "visits"
urlpatterns = [
    path("arrivals/", views.arrivals, name="arrivals"),
    path("<uuid:appointment_id>/", views.room, name="room"),
    path("<uuid:appointment_id>/check/", views.check, name="check"),
    path("<uuid:appointment_id>/arrive/", views.arrive, name="arrive"),
    path("<uuid:appointment_id>/leave/", views.leave, name="leave"),
    path("<uuid:appointment_id>/admit/", views.admit, name="admit"),
    path("<uuid:appointment_id>/decline/", views.decline, name="decline"),
    path("<uuid:appointment_id>/back/", views.back, name="back"),
    path("<uuid:appointment_id>/note/", views.note, name="note"),
    path("<uuid:appointment_id>/end/", views.end, name="end"),
    path("<uuid:appointment_id>/confirm/", views.confirm, name="confirm"),
]
