"""The ward of time: hours, slots, appointments and visits. Its rooms come next."""
