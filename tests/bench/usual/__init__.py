"""The usual Channels build of the same path, and a bare echo: what the portal is measured against.

`python -m tests.bench.usual PORT sqlite|postgres|raw` serves on Daphne, as the portal does:

- `/echo/`: a stock Channels consumer that sends back what it got.
- `/usual/<conversation>/`: membership check, AES-GCM, message row, hash-chained audit row with a
  locked head, commit, `group_send`; the ORM, two `database_sync_to_async`, stock layers.

`raw` is the floor of memory: sockets of the `websockets` library with nothing behind them.
"""
