"""Databases for the queue: PostgreSQL 18, started by the tests."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from perizinan_procrastinate import ProcrastinateQueue
from perizinan_procrastinate._schema import prepare

from perizinan_core.testing import postgres_database


@pytest.fixture(scope="session")
def server():
    """Address of a database on a server for these tests."""
    with postgres_database() as address:
        yield address


@pytest.fixture
def address(server):
    """Address of the database, without a queue in it."""
    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS perizinan_queue CASCADE")
    return server


@pytest.fixture
def queue(address):
    """A queue without hints."""
    with closing(ProcrastinateQueue(prepare(address))) as queue:
        yield queue


@pytest.fixture
def cut(address):
    """Return what ends every session of the queue, as a restart of the server does."""

    def run():
        with psycopg.connect(address.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'perizinan-queue'"
            )

    return run
