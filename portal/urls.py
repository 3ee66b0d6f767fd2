"""Every address, joined by name: a room owns what lies under its own."""

from django.urls import include, path

urlpatterns = [
    path("", include("portal.home.urls")),
    path("", include("portal.operation.urls")),
    path("", include("portal.accounts.urls")),
    path("patients/", include("patients.urls")),
    path("threads/", include("messaging.urls")),
    path("", include("scheduling.urls")),
    path("visits/", include("scheduling.visits.urls")),
]

handler400 = "portal.home.views.bad_request"
handler403 = "portal.home.views.forbidden"
handler404 = "portal.home.views.not_found"
handler500 = "portal.home.views.server_error"
