"""The ground of the ground: the actor, the clock, ids, refusals, the write door, jobs and plugs.

No models and no nouns of the clinic. Everything may import it; it imports nothing of the portal.
"""
