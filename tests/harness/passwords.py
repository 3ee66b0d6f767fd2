"""Argon2id as the portal uses it, with parameters that guard nothing and cost nothing."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The least work that Argon2 allows."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
