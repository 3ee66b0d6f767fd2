"""The demo clinic: invented people, what they wrote, and people read from files."""
