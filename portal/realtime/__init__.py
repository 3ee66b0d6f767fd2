"""A pipe: nudges, the hub that spreads them, and the socket that a page follows topics over.

Knows no rule. What may be followed and done comes by plug; who is asking, from `portal.accounts`.
Imports the kernel only.
"""
