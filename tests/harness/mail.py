"""A mail server on this machine, a few lines long: it keeps what it takes, and can misbehave."""

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast


@dataclass
class Post:
    """What came in: for each letter who it is from and to, and its bytes."""

    taken: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    """What is answered to a command, by its first word, in place of yes."""
    hang_up_after_data: bool = False
    """The letter is kept, but whoever sent it never hears so."""
    sessions: int = 0

    def letters(self) -> list[EmailMessage]:
        """The letters, as a reader's program shows them."""
        return [message_from_bytes(data, policy=policy.default) for _, _, data in self.taken]


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback from `with` to its end."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, post: Post | None = None) -> None:
        self.post = post or Post()
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = int(self.server_address[1])

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        post = cast(MailServer, self.server).post
        post.sessions += 1
        self._say("220 mail.example ready")
        self._hear(post)
        self._say("221 bye")

    def _hear(self, post: Post) -> None:
        sender, readers = "", list[str]()
        while line := self.rfile.readline():
            command, _, rest = line.decode().strip().partition(" ")
            word = command.upper()
            if word in post.refusals:
                self._say(post.refusals[word])
                continue
            if word == "QUIT":
                break
            match word:
                case "MAIL":
                    sender, readers = _address(rest), []
                    self._say("250 yes")
                case "RCPT":
                    readers.append(_address(rest))
                    self._say("250 yes")
                case "DATA":
                    self._say("354 go on")
                    post.taken.append((sender, readers, self._data()))
                    if post.hang_up_after_data:
                        return
                    self._say("250 taken")
                case _:
                    self._say("250 yes")

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def _address(rest: str) -> str:
    return rest.partition("<")[2].partition(">")[0]
