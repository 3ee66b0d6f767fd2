"""Keys at work: another key for wrapping, the recovery sheets, and erasing a person for good.

Keeps how far a rotation has come, and who asked, decided and carried out an erasure. Each step
leaves an entry. Called by `manage.py keys`; it may import audit, crypto and the kernel, knows no
ward, and erases through what their plugs name.
"""
