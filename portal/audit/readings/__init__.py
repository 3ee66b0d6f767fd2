"""What unseals details of the log. Whoever shows them records that it was read."""
