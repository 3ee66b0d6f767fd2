"""Addresses of patients."""

from django.urls import path

from patients import views

app_name = "patients"
urlpatterns = [
    path("", views.directory, name="directory"),
    path("register/", views.register, name="register"),
    path("proxies/", views.proxies, name="proxies"),
    path("proxies/<uuid:proxy_id>/end/", views.end_proxy, name="end-proxy"),
    path("offers/<uuid:offer_id>/withdraw/", views.withdraw, name="withdraw"),
    path("offers/<uuid:offer_id>/accept/", views.accept, name="accept"),
    path("offers/<uuid:offer_id>/decline/", views.decline, name="decline"),
    path("team/<uuid:link_id>/end/", views.leave_team, name="leave-team"),
    path("review/", views.review, name="review"),
    path("review/log/", views.review_log, name="review-log"),
    path("review/find/", views.review_find, name="review-find"),
    path("review/entries/<uuid:entry_id>/", views.review_entry, name="review-entry"),
    path("review/entries/<uuid:entry_id>/proof/", views.review_proof, name="review-proof"),
    path("review/questions/<uuid:question_id>/", views.answer, name="review-question"),
    path("questions/<uuid:question_id>/", views.question, name="question"),
    path("<uuid:patient_id>/", views.chart, name="chart"),
    path("<uuid:patient_id>/who-looked/", views.report, name="report"),
    path("<uuid:patient_id>/who-looked/file/", views.report_file, name="report-file"),
    path("<uuid:patient_id>/who-looked/ask/<uuid:entry_id>/", views.ask, name="ask"),
    path("<uuid:patient_id>/arrange/", views.arrange, name="arrange"),
    path("<uuid:patient_id>/arrange/invite/", views.invite, name="invite"),
    path("<uuid:patient_id>/arrange/proxies/", views.appoint, name="appoint"),
    path("<uuid:patient_id>/arrange/team/", views.join_team, name="join-team"),
]
