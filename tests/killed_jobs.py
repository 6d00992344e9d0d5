"""What the crash test of jobs kills: a process that works on the jobs of a data folder."""

import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import chromadb  # noqa: F401 - loaded once, before the processes fork off

from api.job_runner import JobRunner
from api.records import open_records
from rag.settings import Settings
from rag.wiring import open_engine


def work(data: Path, connection: Connection) -> None:
    """Work on the jobs until killed, as the service does; says when it has begun."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    with open_engine(Settings(data=data)) as engine, engine.lock.held():
        JobRunner(open_records(data), {"dateline": engine}, data).start()
        connection.send("ready")
        threading.Event().wait()
