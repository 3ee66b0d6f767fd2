"""A plain browser over TCP: cookies, forms, the token against forgery, no redirects followed."""

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str = field(repr=False)

    @property
    def location(self) -> str:
        """Where it leads."""
        return self.headers.get("location", "")


@dataclass
class Browser:
    """One browser. Each request has a connection of its own: the server may have died between."""

    host: str
    port: int
    timeout: float = 15.0
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The header that says who this is."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def get(self, path: str) -> Answer:
        """The page at this path."""
        return self._ask("GET", path)

    def post(self, path: str, **fields: object) -> Answer:
        """The answer to a form, sent with the token that the last page had."""
        return self._ask("POST", path, urlencode({name: str(v) for name, v in fields.items()}))

    def submit(self, path: str, *, at: str = "", **fields: object) -> Answer:
        """The answer to the form on the page at `path`, sent there or to `at`."""
        page = self.get(path)
        token = _TOKEN.search(page.text)
        assert token, f"no form at {path} ({page.status})"
        return self.post(at or path, csrfmiddlewaretoken=token[1], **fields)

    def _ask(self, method: str, path: str, body: str = "") -> Answer:
        connection = HTTPConnection(self.host, self.port, timeout=self.timeout)
        origin = f"http://{self.host}:{self.port}"
        headers = {"Cookie": self.cookie} if self.cookies else {}
        if method == "POST":
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": origin,
                "Referer": origin + path,
            }
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode(errors="replace")
        finally:
            connection.close()
        self._keep(response)
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, text)

    def _keep(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip()
