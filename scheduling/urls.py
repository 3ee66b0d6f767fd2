"""Addresses of visits and of the clinic's calendar. Rooms of video visits lie beside them."""

from django.urls import path

from scheduling import views

app_name = "scheduling"
urlpatterns = [
    path("visits/", views.visits, name="visits"),
    path("visits/book/", views.book, name="book"),
    path("visits/hold/", views.hold, name="hold"),
    path("visits/zone/", views.zone, name="zone"),
    path("visits/<uuid:appointment_id>/booking/", views.booking, name="booking"),
    path("visits/<uuid:appointment_id>/book/", views.confirm, name="confirm"),
    path("visits/<uuid:appointment_id>/extend/", views.extend, name="extend"),
    path("visits/<uuid:appointment_id>/release/", views.release, name="release"),
    path("visits/<uuid:appointment_id>/move/", views.move, name="move"),
    path("visits/<uuid:appointment_id>/cancel/", views.cancel, name="cancel"),
    path("visits/<uuid:appointment_id>/appointment.ics", views.ics, name="ics"),
    path("calendar/", views.day, name="day"),
    path("calendar/find/", views.find, name="find"),
    path("calendar/hours/", views.hours, name="hours"),
    path("calendar/hours/<uuid:person_id>/", views.set_hours, name="set-hours"),
    path("calendar/exceptions/", views.add_exception, name="add-exception"),
    path(
        "calendar/exceptions/<uuid:exception_id>/remove/",
        views.remove_exception,
        name="remove-exception",
    ),
    path("calendar/types/", views.types, name="types"),
    path("calendar/types/<uuid:type_id>/offer/", views.offer, name="offer"),
]
