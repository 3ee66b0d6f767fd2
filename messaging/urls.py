"""Addresses of threads and teams."""

from django.urls import path

from messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.threads, name="threads"),
    path("write/", views.write, name="write"),
    path("write/draft/", views.keep_new, name="keep-new"),
    path("<uuid:thread_id>/", views.thread, name="thread"),
    path("<uuid:thread_id>/reply/", views.reply, name="reply"),
    path("<uuid:thread_id>/draft/", views.keep, name="keep"),
    path("<uuid:thread_id>/close/", views.close, name="close"),
    path("<uuid:thread_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:thread_id>/mark-read/", views.mark_read, name="mark-read"),
    path("<uuid:thread_id>/claim/", views.claim, name="claim"),
    path("<uuid:thread_id>/release/", views.release, name="release"),
    path("<uuid:thread_id>/assign/", views.assign, name="assign"),
    path("<uuid:thread_id>/done/", views.resolve, name="resolve"),
    path("<uuid:thread_id>/note/", views.note, name="note"),
    path("teams/", views.teams, name="teams"),
    path("teams/<uuid:team_id>/", views.team, name="team"),
    path("teams/<uuid:team_id>/join/", views.join_team, name="team-join"),
    path("teams/leave/<uuid:membership_id>/", views.leave_team, name="team-leave"),
]
