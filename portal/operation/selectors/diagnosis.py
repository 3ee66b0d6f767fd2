"""All that the doctor looks at: what readiness asks, and what only a person can put right."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor

from portal.crypto.checks import keyring_fits
from portal.kernel import clock
from portal.operation.selectors import jobs, machine, readiness
from portal.operation.selectors.findings import Finding, ill, well
from portal.outbox.models import Letter, State

STALE = timedelta(minutes=15)
LATELY = timedelta(days=1)
AT_HOME = {"localhost", "127.0.0.1", "::1", "[::1]", "testserver"}


def diagnosis() -> Sequence[Finding]:
    """Every finding, in the order in which to read them: machine, stores, work, settings."""
    findings = [machine.files(), machine.disk(), machine.backups(), *readiness.findings()]
    for part, look in LOOKS.items():
        try:
            findings.append(look())
        except Error:
            # Its database is away, which readiness has said already.
            findings.append(Finding(part, "unknown", "cannot be told while the database is away"))
    return findings


def migrations() -> Finding:
    """Whether the tables are those of this version."""
    behind = []
    for connection in connections.all():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            behind.append(connection.alias)
    if not behind:
        return well("migrations")
    commands = "; ".join(f"manage.py migrate --database {alias}" for alias in behind)
    return ill("migrations", "pending", f"{' and '.join(behind)} is not up to date", commands)


def keys() -> Finding:
    """Whether the keyring is the one of this database."""
    faults = [str(message.msg) for message in keyring_fits(databases=["default"])]
    if not faults:
        return well("keys")
    return ill(
        "keys", "lost", "; ".join(faults), "put back the keyring that belongs to this database"
    )


def mail() -> Finding:
    """Whether letters can leave."""
    if not settings.MAIL_LEAVES:
        return ill(
            "mail",
            "none",
            "no mail server is named, so letters wait",
            "name one in PORTAL_EMAIL_URL",
        )
    where = (
        settings.LETTERS_DIR if settings.EMAIL_BACKEND.startswith("portal.") else "a mail server"
    )
    return well("mail", f"letters go to {where}")


def letters() -> Finding:
    """Whether letters that are due have been sent."""
    now = clock.now()
    stale = Letter.objects.filter(state=State.QUEUED, due_at__lt=now - STALE).count()
    lost = Letter.objects.filter(state=State.FAILED, done_at__gt=now - LATELY).count()
    if stale:
        return ill(
            "letters",
            "stale",
            f"{stale} letters have been due for more than a quarter of an hour",
            "if jobs run, the mail server does not take them: look in the log for `was not sent`",
        )
    return well("letters", f"{lost} were given up since yesterday" if lost else "none is late")


def exposure() -> Finding:
    """Whether the demo, whose sign-ins anybody may read, is offered to others."""
    hosts = {*settings.ALLOWED_HOSTS, urlsplit(settings.BASE_URL).hostname or ""}
    public = sorted(host for host in hosts - AT_HOME if host)
    if settings.PRODUCTION or not public:
        return well("profile", settings.PROFILE)
    return ill(
        "profile",
        "demo",
        f"this is the demo, and it answers as {', '.join(public)}: anybody can sign in as anybody",
        "set PORTAL_PROFILE=production and begin with an empty data folder",
    )


def configuration() -> Finding:
    """Whether `check --deploy` has anything to say, where patients are."""
    if not settings.PRODUCTION:
        return well("configuration", "the demo is not held to what patients need", word="demo")
    said = checks.run_checks(include_deployment_checks=True, databases=["default", "shred"])
    faults = [message.msg for message in said if message.level >= checks.WARNING]
    if not faults:
        return well("configuration")
    return ill("configuration", "unsafe", "; ".join(faults), "manage.py check --deploy says more")


LOOKS: dict[str, Callable[[], Finding]] = {
    "migrations": migrations,
    "keys": keys,
    "clock": machine.clocks,
    "zones": machine.zones,
    "job runs": jobs.failures,
    "mail": mail,
    "letters": letters,
    "profile": exposure,
    "configuration": configuration,
}
