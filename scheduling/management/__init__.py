"""What messaging adds to the demo clinic."""
