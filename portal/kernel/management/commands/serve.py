"""`manage.py serve`: the whole portal in one process, or one part of it."""

import logging
import os
import socket
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from celery.beat import EmbeddedService, Scheduler
from celery.worker import WorkController
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string

from portal.kernel import door
from portal.kernel.server import Server

log = logging.getLogger("portal.serve")


class Command(BaseCommand):
    """Daphne on the main thread; Celery's worker and beat and the keeper of evidence beside it."""

    help = "Serve the portal: pages, socket, jobs. PORT and HOST choose the address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument(
            "--web", action="store_true", help="pages and socket only; jobs run elsewhere"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        self._check_free(host, port)
        self._check_migrated()
        self._collect()
        # Between a page's frame and the writing thread's answer lies one switch of threads; the
        # default five milliseconds of waiting for one would be most of the time to send.
        sys.setswitchinterval(0.0005)
        stop = threading.Event()
        parts = [threading.Thread(target=self._keep_evidence, args=(stop,), daemon=True)]
        jobs = None if options["web"] else Jobs()
        for part in parts:
            part.start()
        if jobs:
            jobs.start()
        self.stdout.write(f"The portal is at http://localhost:{port}/  (Ctrl-C stops it)")
        self.stdout.flush()
        try:
            self._server(host, port).run()
        finally:
            stop.set()
            if jobs:
                jobs.stop()
            for part in parts:
                part.join(timeout=5)
            door.close()

    def _check_migrated(self) -> None:
        """Without its tables the portal would answer every page with a fault."""
        for database in connections.all():
            executor = MigrationExecutor(database)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                raise CommandError(
                    "the databases are not up to date. First run:\n"
                    "  manage.py migrate\n  manage.py migrate --database shred"
                )
            database.close()

    def _collect(self) -> None:
        """Static files stand under their hashed names; nothing is done if they did before."""
        sources = [(path, at) for finder in get_finders() for path, at in finder.list([])]
        newest = max(at.get_modified_time(path) for path, at in sources)
        manifest = "staticfiles.json"
        done = staticfiles_storage.exists(manifest)
        if not done or staticfiles_storage.get_modified_time(manifest) < newest:
            call_command("collectstatic", interactive=False, verbosity=0)

    def _server(self, host: str, port: int) -> Server:
        application = import_string("portal.asgi.application")
        return Server(
            application,
            endpoints=[f"tcp:port={port}:interface={host}"],
            signal_handlers=True,
            http_timeout=60,
            application_close_timeout=5,
            verbosity=0,
            server_name="portal",
        )

    def _keep_evidence(self, stop: threading.Event) -> None:
        import_string("portal.audit.tasks.background")(stop)

    def _check_free(self, host: str, port: int) -> None:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                raise CommandError(
                    f"port {port} is taken. Choose another: PORT={port + 1} make run"
                ) from None


class Jobs:
    """Celery's worker and beat as threads of this process."""

    def __init__(self) -> None:
        app = import_string("portal.celery.app")
        self._worker = WorkController(
            app=app,
            pool_cls="threads",
            concurrency=2,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            loglevel="WARNING",
        )
        self._beat: Any = EmbeddedService(app, thread=True, scheduler_cls=Scheduler)

    def start(self) -> None:
        """Both run."""
        threading.Thread(target=self._worker.start, name="worker", daemon=True).start()
        self._beat.start()

    def stop(self) -> None:
        """Both have been told to stop."""
        self._beat.stop()
        self._worker.stop()
