"""The ground that every ward stands on: kernel, sealing, evidence, identity, the live socket.

It imports nothing from the wards; they plug in (`portal.kernel.plugs`).

One word per thing, in code, page and help: *patient, proxy, clinician, coordinator, supervisor,
privacy officer, administrator* (roles); *person* (whoever signs in); *care team*; *thread,
message, topic*; *slot, appointment, visit*; *letter* (one outgoing notice); *entry* (one audit
record), *checkpoint, inclusion proof*; *sealed* (encrypted at rest); *nudge* (a hint that
something changed); *refusal* (an expected no).
"""
