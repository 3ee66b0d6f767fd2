"""Jobs of identity, asked for by name."""

from portal.accounts import actions
from portal.audit.selectors.health import health
from portal.kernel import door
from portal.kernel.actor import system_actor
from portal.kernel.jobs import job


@job("accounts.sweep")
def sweep() -> None:
    """Sessions and throttles that matter no more are gone. Once a day is enough."""
    door.run(actions.sweep, system_actor("sweeper"))


@job("accounts.drop_held_forms")
def drop_held_forms() -> None:
    """What was typed and nobody came back for within an hour is gone."""
    door.run(actions.drop_held_forms, system_actor("sweeper"))


@job("accounts.answer_resets")
def answer_resets() -> None:
    """Whoever forgot a password and has an account is sent a letter."""
    door.run(actions.answer_resets, system_actor("enrolment"))


@job("accounts.let_factors_fall")
def let_factors_fall() -> None:
    """Lost second factors whose time has come are gone."""
    door.run(actions.let_factors_fall, system_actor("enrolment"))


@job("accounts.send_checkpoint")
def send_checkpoint() -> None:
    """Who guards privacy gets the log's newest checkpoint. Once a night."""
    door.run(actions.send_checkpoint, system_actor("signer"))


@job("accounts.watch_log")
def watch_log() -> None:
    """Who must look is told by letter once the log is signed no more."""
    found = health()
    if not found.is_well:
        door.run(actions.raise_log_alarm, system_actor("signer"), found)
