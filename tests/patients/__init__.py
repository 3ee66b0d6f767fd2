"""The ward of patients: charts, care teams, proxies, and what is imported."""
