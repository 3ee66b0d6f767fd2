"""Sealing: how bytes become unreadable without keys, and where the keys are.

`cobblestone`, `context`, `envelope`, `hierarchy` and `blind` are pure; `keyring` reads one file;
`keys` alone reads and writes the tables of wrapped keys. Rooms that hold a right to read call
`keys.open_data_key`, then `envelope.seal` and `unseal`; who may read is not known here, and nothing
is recorded here. It imports the kernel only.
"""
