"""Addresses of patients."""

from django.urls import path

from patients import views

app_name = "patients"
urlpatterns = [
    path("<uuid:patient_id>/", views.chart, name="chart"),
]
