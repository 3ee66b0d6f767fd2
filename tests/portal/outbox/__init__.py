"""Letters as rows: what may be posted, what is kept of it, and who gets it next."""
