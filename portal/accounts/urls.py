"""Addresses of identity."""

from django.urls import path

from portal.accounts import views

app_name = "accounts"
urlpatterns = [
    path("join/<slug:token>/", views.join, name="join"),
    path("people/", views.people, name="people"),
    path("people/invite/", views.invite, name="invite"),
    path(
        "people/invitations/<uuid:invitation>/withdraw/",
        views.withdraw_invitation,
        name="withdraw-invitation",
    ),
    path("people/<uuid:person>/", views.person, name="person"),
    path("people/<uuid:person>/roles/<slug:role>/end/", views.end_role, name="end-role"),
    path("people/<uuid:person>/close/", views.close_person, name="close-person"),
    path("people/<uuid:person>/open/", views.reopen_person, name="reopen-person"),
    path("forgot/", views.forgotten, name="forgotten"),
    path("reset/<slug:token>/", views.reset, name="reset"),
    path("account/address/", views.address, name="address"),
    path("address/<slug:token>/", views.prove_address, name="prove-address"),
    path("keep-address/<slug:token>/", views.keep_address, name="keep-address"),
    path("keep-phone/<slug:token>/", views.keep_phone, name="keep-phone"),
    path("lost-phones/", views.lost_phones, name="lost-phones"),
    path("lost-phones/<uuid:note>/confirm/", views.confirm_lost_phone, name="confirm-lost-phone"),
    path(
        "lost-phones/<uuid:note>/withdraw/", views.withdraw_lost_phone, name="withdraw-lost-phone"
    ),
    path("language/", views.language, name="language"),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("typed/", views.typed, name="typed"),
    path("stay/", views.stay, name="stay"),
    path("account/factor/", views.factor, name="factor"),
    path("account/recovery-codes/", views.recovery_codes, name="recovery-codes"),
    path("account/recovery-codes/new/", views.new_recovery_codes, name="new-recovery-codes"),
    path("account/password/", views.password, name="password"),
    path("account/sessions/", views.sessions, name="sessions"),
    path("account/sessions/others/end/", views.end_other_sessions, name="end-other-sessions"),
    path("account/sessions/<uuid:handle>/end/", views.end_session, name="end-session"),
]
