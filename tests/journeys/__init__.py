"""Journeys: people of the demo clinic in a real Chromium, against the portal as people run it.

`make journeys` walks them. They need Debian's Chromium and Playwright, and say so where those lack.
`python -m tests.journeys.screens` walks the same pages and keeps pictures of them.
"""
