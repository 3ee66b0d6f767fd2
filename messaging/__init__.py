"""The ward of messages: threads between patients and those who care for them.

Keeps threads, their messages and who has read how far; topics and texts are sealed under the
patient's own keys. Pages, the socket and scenes of the demo call its actions and readings, nobody
else does: other wards open threads through a plug. It may import `patients` and the ground.
"""
