"""The tables of the usual build."""

from typing import Any, ClassVar

from django.db import models


class Member(models.Model):
    """Who may write in a conversation."""

    objects: ClassVar[Any] = models.Manager()
    conversation = models.IntegerField()
    person = models.IntegerField()

    class Meta:
        app_label = "usual"
        unique_together = ("conversation", "person")

    def __str__(self) -> str:
        return f"member {self.pk}"


class Message(models.Model):
    """One message, encrypted."""

    objects: ClassVar[Any] = models.Manager()
    conversation = models.IntegerField(db_index=True)
    person = models.IntegerField()
    body = models.BinaryField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "usual"

    def __str__(self) -> str:
        return f"message {self.pk}"


class Head(models.Model):
    """The newest link of the audit chain; every writer locks it."""

    objects: ClassVar[Any] = models.Manager()
    link = models.BinaryField()

    class Meta:
        app_label = "usual"

    def __str__(self) -> str:
        return f"head {self.pk}"


class Audit(models.Model):
    """One link of the audit chain."""

    objects: ClassVar[Any] = models.Manager()
    entry = models.TextField()
    link = models.BinaryField()

    class Meta:
        app_label = "usual"

    def __str__(self) -> str:
        return f"audit {self.pk}"


TABLES = (Member, Message, Head, Audit)
