"""Every page in every state, and how one gets there. What is checked or pictured is taken here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.journeys import reviewing, steps
from tests.journeys.house import House

if TYPE_CHECKING:
    from playwright.sync_api import Page


@dataclass(frozen=True)
class Scene:
    """A page in one state."""

    name: str
    who: str
    path: str
    act: Callable[[House, "Page"], None] = lambda house, page: None

    def show(self, house: House, **options: object) -> "Page":
        """A page that shows it."""
        page = house.open(self.who, self.path, **options) if self.who else house.device(**options)
        if not self.who:
            page.goto(self.path)
        self.act(house, page)
        return page


def press(name: str) -> Callable[[House, "Page"], None]:
    """A button is pressed as the page stands."""
    return lambda house, page: page.get_by_role("button", name=name).first.click()


def first_step(house: House, page: "Page") -> None:
    """Imani gave her password and owes a code."""
    who = house.sign_ins["imani"]
    page.get_by_label("E-mail or sign-in name").fill(who.email)
    page.get_by_label("Password", exact=True).fill(who.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Six-digit code").wait_for()


def wrong_code(house: House, page: "Page") -> None:
    """Imani mistyped her code."""
    first_step(house, page)
    page.get_by_label("Six-digit code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("alert").wait_for()


def no_phone(house: House, page: "Page") -> None:
    """Imani has a code on paper instead."""
    first_step(house, page)
    page.get_by_role("link", name="I do not have my phone").click()


def new_codes(house: House, page: "Page") -> None:
    """New recovery codes are shown."""
    page.get_by_role("button", name="New codes").click()


def chart(house: House, page: "Page") -> None:
    """The first record on the page is opened."""
    page.locator('main a[href^="/patients/"]').first.click()
    page.get_by_role("heading", name="At the clinic").wait_for()


def report(house: House, page: "Page") -> None:
    """Who looked at this record."""
    reviewing.who_looked(page)


def report_of_all(house: House, page: "Page") -> None:
    """The same with one's own doings."""
    report(house, page)
    page.get_by_label("What I did myself, too").check()
    page.get_by_role("button", name="Show").click()
    page.locator(".doer.own").first.wait_for()


def report_of_none(house: House, page: "Page") -> None:
    """Nobody was refused."""
    report(house, page)
    page.get_by_label("What", exact=True).select_option("tried")
    page.get_by_role("button", name="Show").click()
    page.get_by_text("Nobody did what you are looking for.").wait_for()


def thread(house: House, page: "Page") -> None:
    """The first thread on the page is opened."""
    page.locator("main a.line").first.click()
    page.locator("#messages li").first.wait_for()
    page.locator("[data-connection]:not([data-tone=calm])").wait_for(state="attached")


def first_team(house: House, page: "Page") -> None:
    """The page of a team."""
    page.locator("main a.line").last.click()
    page.get_by_role("heading", name="Who answers").wait_for()


def answered(house: House, page: "Page") -> None:
    """Ada's newest thread has an answer that she has not read."""
    address = page.locator('main a.line[href^="/threads/"]').first.get_attribute("href") or ""
    desk = house.open("okafor", address)
    steps.connection(desk, steps.LIVE).wait_for()
    steps.send(desk, "Yes, please come without breakfast. Water is fine.")
    desk.locator("[data-pending]").wait_for(state="hidden")
    page.reload()
    page.get_by_role("link", name="Read the answer").wait_for()


def lost(house: House, page: "Page") -> None:
    """The connection is lost, with a line on its way."""
    thread(house, page)
    page.context.set_offline(True)
    steps.connection(page, steps.LOST).wait_for()
    steps.send(page, "Is it all right to take it with food?")
    page.get_by_text("Not sent yet.").wait_for()


def found(house: House, page: "Page") -> None:
    """The front desk looked for the Marshes."""
    page.get_by_label("Name or record number").fill("marsh")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("heading", name="patients found").wait_for()


def arranging(name: str) -> Callable[[House, "Page"], None]:
    """Everything on the page of one patient is unfolded."""

    def act(house: House, page: "Page") -> None:
        page.get_by_label("Name or record number").fill(name)
        page.get_by_role("button", name="Find").click()
        page.locator("main a.line").first.click()
        page.get_by_role("heading", name="How to reach").wait_for()
        folded = page.locator("details:not([open]) > summary")
        while folded.count():
            folded.first.click()

    return act


def refused_proxy(page: "Page") -> None:
    """Somebody is asked without an address."""
    page.locator("summary").first.click()
    page.get_by_role("button", name="Send the e-mail").click()
    page.get_by_role("alert").wait_for()


def refused_invitation(house: House, page: "Page") -> None:
    """An invitation without an address."""
    arranging("walter")(house, page)
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_role("alert").wait_for()


def unfolded(house: House, page: "Page") -> None:
    """The form to ask somebody is open."""
    page.locator("summary").first.click()


def kinds(house: House, page: "Page") -> None:
    """What kinds of visits can be booked."""
    page.get_by_role("link", name="For me", exact=True).click()
    page.get_by_role("heading", name="What kind of visit?").wait_for()


def times(house: House, page: "Page") -> None:
    """The times of a visit by video."""
    kinds(house, page)
    page.locator('main a[href*="mode=video"]').first.click()
    page.get_by_role("heading", name="Good times").wait_for()


def kept(house: House, page: "Page") -> None:
    """A time is kept while somebody looks once more."""
    times(house, page)
    page.locator("button.slot").last.click()
    page.get_by_role("heading", name="Look once more").wait_for()


def cancelling(house: House, page: "Page") -> None:
    """A visit is about to be cancelled."""
    page.locator('main a[href$="/cancel/"]').last.click()
    page.get_by_role("heading", name="Cancel this visit?").wait_for()


PAGES = [
    Scene("welcome", "", "/"),
    Scene("sign-in", "", "/sign-in/"),
    Scene("sign-in-refused", "", "/sign-in/", press("Sign in")),
    Scene("signed-out", "", "/sign-in/?reason=ended"),
    Scene("code", "", "/sign-in/", first_step),
    Scene("code-refused", "", "/sign-in/", wrong_code),
    Scene("recovery-code", "", "/sign-in/", no_phone),
    Scene("forgotten", "", "/forgot/"),
    Scene("forgotten-refused", "", "/forgot/", press("Send me a link")),
    Scene("forgotten-sent", "", "/forgot/?sent=1"),
    Scene("link-spent", "", f"/join/{'x' * 40}/"),
    Scene("patient-home", "ada", "/"),
    Scene("patient-home-answered", "ada", "/", answered),
    Scene("patient-home-first-day", "imani", "/"),
    Scene("patient-messages", "ada", "/threads/"),
    Scene("patient-messages-closed", "ada", "/threads/?show=closed"),
    Scene("patient-messages-none", "imani", "/threads/?show=closed"),
    Scene("write", "ada", "/threads/write/"),
    Scene("write-refused", "imani", "/threads/write/", press("Send")),
    Scene("thread", "ada", "/threads/", thread),
    Scene("thread-closed", "ada", "/threads/?show=closed", thread),
    Scene("thread-lost", "ada", "/threads/", lost),
    Scene("thread-proxy", "klara", "/threads/", thread),
    Scene("tended", "demir", "/threads/?show=asked", thread),
    Scene("mine", "demir", "/threads/?show=mine", thread),
    Scene("nothing-waits", "alvarez", "/threads/?show=mine"),
    Scene("teams", "petrenko", "/threads/teams/"),
    Scene("team", "petrenko", "/threads/teams/", first_team),
    Scene("record", "imani", "/", chart),
    Scene("report", "ada", "/", report),
    Scene("report-whole", "imani", "/", report_of_all),
    Scene("report-none", "ada", "/", report_of_none),
    Scene("report-ask", "ada", "/", reviewing.asking),
    Scene("report-asked", "ada", "/", reviewing.asked),
    Scene("officer-home", "haddad", "/"),
    Scene("review", "haddad", "/patients/review/"),
    Scene("review-log", "haddad", "/patients/review/log/"),
    Scene("review-log-refused", "haddad", "/patients/review/log/?act=x"),
    Scene("review-find", "haddad", "/patients/review/find/", reviewing.looking_for),
    Scene("review-entry", "haddad", "/patients/review/log/", reviewing.one_entry),
    Scene("review-answer", "haddad", "/patients/review/", reviewing.answering),
    Scene("devices", "ada", "/account/sessions/"),
    Scene("password", "ada", "/account/password/"),
    Scene("password-refused", "ada", "/account/password/", press("Change")),
    Scene("recovery-codes", "ada", "/account/recovery-codes/"),
    Scene("new-recovery-codes", "klara", "/account/recovery-codes/", new_codes),
    Scene("factor", "ada", "/account/factor/"),
    Scene("address", "ada", "/account/address/"),
    Scene("address-refused", "ada", "/account/address/", press("Send a link")),
    Scene("people", "petrenko", "/people/"),
    Scene("invite", "petrenko", "/people/invite/"),
    Scene("invite-refused", "petrenko", "/people/invite/", press("Send the e-mail")),
    Scene("lost-phones", "petrenko", "/lost-phones/"),
    Scene("patient-visits", "ada", "/visits/"),
    Scene("patient-visits-none", "klara", "/visits/"),
    Scene("book-for-whom", "ada", "/visits/book/"),
    Scene("book-kind", "ada", "/visits/book/", kinds),
    Scene("book-times", "ada", "/visits/book/", times),
    Scene("book-confirm", "ada", "/visits/book/", kept),
    Scene("visit-cancel", "ada", "/visits/", cancelling),
    Scene("zone", "ada", "/visits/zone/"),
    Scene("staff-day", "becker", "/calendar/"),
    Scene("staff-find", "becker", "/calendar/find/"),
    Scene("staff-hours", "okafor", "/calendar/hours/"),
    Scene("staff-types", "becker", "/calendar/types/"),
    Scene("not-found", "ada", "/nowhere/"),
    Scene("staff-home", "okafor", "/"),
    Scene("staff-messages", "okafor", "/threads/"),
    Scene("staff-thread", "okafor", "/threads/", thread),
    Scene("staff-record", "okafor", "/", chart),
    Scene("staff-write", "okafor", "/threads/write/"),
    Scene("administrator-home", "petrenko", "/"),
    Scene("proxies", "ada", "/patients/proxies/", unfolded),
    Scene("proxies-refused", "ada", "/patients/proxies/", lambda house, page: refused_proxy(page)),
    Scene("proxies-of-others", "klara", "/patients/proxies/"),
    Scene("directory", "becker", "/patients/"),
    Scene("directory-found", "becker", "/patients/", found),
    Scene("directory-refused", "becker", "/patients/", press("Find")),
    Scene("directory-own", "okafor", "/patients/"),
    Scene("register", "becker", "/patients/register/"),
    Scene("register-refused", "becker", "/patients/register/", press("Open the record")),
    Scene("arrange-child", "becker", "/patients/", arranging("leo")),
    Scene("arrange-account", "becker", "/patients/", arranging("imani")),
    Scene("arrange-refused", "becker", "/patients/", refused_invitation),
]
