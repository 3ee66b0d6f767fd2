"""Names of groups: letters, digits, dot, underscore and hyphen; layers refuse the rest."""

from uuid import UUID


def thread(thread_id: UUID) -> str:
    """Everybody who follows this thread."""
    return f"thread.{thread_id.hex}"


def notes(thread_id: UUID) -> str:
    """Staff who follow this thread's internal notes; another group, so that a gap never tells."""
    return f"notes.{thread_id.hex}"


def person(person_id: UUID) -> str:
    """Every open page of this person."""
    return f"person.{person_id.hex}"
