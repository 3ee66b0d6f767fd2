"""The visits of the demo clinic."""
