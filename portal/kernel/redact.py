"""What a log line must not hold: the key of a single-use link, which stands in its address."""

import logging
import re

KEY = re.compile(r"/[a-z0-9]{40}(?=/|$|[\s\"'?])")


class NoKeys(logging.Filter):
    """Addresses are written without the key in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the line has lost its keys."""
        if isinstance(record.args, tuple):
            record.args = tuple(map(_without, record.args))
        elif isinstance(record.args, dict):
            record.args = {name: _without(value) for name, value in record.args.items()}
        record.msg = _without(record.msg)
        return True


def without_keys(text: str) -> str:
    """The text with every key of a link in it cut out."""
    return KEY.sub("/…", text)


def _without(value: object) -> object:
    return without_keys(value) if isinstance(value, str) else value
