"""The evidence: one entry per meaningful act, in one Merkle log that outsiders can check.

Keeps entries, the tree over them, signed checkpoints and the sealed details; knows pseudonyms and
salted commitments, never names. Rooms and wards above it call `actions.record` inside an action,
or `actions.record_alone` at an edge; nobody else writes here. It may import the crypto room,
realtime and the kernel, and holds no foreign key to a person, so no cascade can eat evidence.
"""
