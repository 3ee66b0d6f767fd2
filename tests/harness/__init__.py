"""What every test stands on: fresh databases, guards, sockets, servers and faults."""
