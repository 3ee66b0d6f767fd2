"""Addresses of threads."""

from django.urls import path

from messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.threads, name="threads"),
    path("write/", views.write, name="write"),
    path("<uuid:thread_id>/", views.thread, name="thread"),
    path("<uuid:thread_id>/reply/", views.reply, name="reply"),
    path("<uuid:thread_id>/close/", views.close, name="close"),
    path("<uuid:thread_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:thread_id>/mark-read/", views.mark_read, name="mark-read"),
]
