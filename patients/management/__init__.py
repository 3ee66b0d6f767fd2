"""The demo clinic and its command."""
