"""Pages of patients: one record, the directory, arranging, and who acts for whom."""

from patients.views.records import chart

__all__ = ["chart"]
