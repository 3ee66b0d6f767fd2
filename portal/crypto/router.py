"""Which database holds what: shred keys in `shred`, who was shredded, and nothing else there."""

from typing import Any

from django.db.models import Model

SHRED = "shred"
THERE = frozenset({"shredkey", "shredded"})


class ShredRouter:
    """Sends shred keys and shreddings to their own store, and keeps every other table out of it."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """The database to read this model from; None for the default."""
        return SHRED if _is_there(model._meta.app_label, model._meta.model_name) else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """The database to write this model to; None for the default."""
        return self.db_for_read(model)

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool | None:
        """No row points from one store into the other."""
        if self.db_for_read(type(one)) != self.db_for_read(type(other)):
            return False
        return None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        """True for shred keys on `shred`, and for everything else anywhere but there."""
        return (db == SHRED) == _is_there(app_label, model_name)


def _is_there(app_label: str, model_name: str | None) -> bool:
    return app_label == "crypto" and model_name in THERE
