"""Identity: people, roles, factors, sessions, and the socket of somebody who signed in.

Keeps who may sign in and how it was proven. Wards ask it who acts (`Actor`) and what people are
called (`selectors.profiles`); what somebody may do with a patient is not its business. It imports
audit and what lies below.
"""
