"""Letters as rows: posted in the transaction of what they tell about, sent by somebody else.

Every room may post; only `portal.notifications` sends. It stands below people, so a letter names
its reader by id or by a sealed address, and its kind by name.
"""
