"""Names of groups: letters, digits, dot, underscore and hyphen; layers refuse the rest."""

from uuid import UUID


def thread(thread_id: UUID) -> str:
    """Everybody who follows this thread."""
    return f"thread.{thread_id.hex}"


def notes(thread_id: UUID) -> str:
    """Staff who follow this thread's internal notes; another group, so that a gap never tells."""
    return f"notes.{thread_id.hex}"


def visit(appointment_id: UUID) -> str:
    """Everybody who follows the video visit of this appointment."""
    return f"visit.{appointment_id.hex}"


def arrivals(clinician_id: UUID) -> str:
    """Whoever keeps an eye on this clinician's waiting room."""
    return f"arrivals.{clinician_id.hex}"


def all_arrivals() -> str:
    """Whoever keeps an eye on every waiting room."""
    return "arrivals.all"


def person(person_id: UUID) -> str:
    """Every open page of this person."""
    return f"person.{person_id.hex}"


def inbox() -> str:
    """Staff whose list of threads is open: a thread came to wait, or is somebody's."""
    return "inbox"


def calendar(person_id: UUID) -> str:
    """Staff who follow the calendar of this clinician."""
    return f"calendar.{person_id.hex}"
