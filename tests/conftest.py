"""One PostgreSQL server for all folders: a fixture that several conftest files import is started once for each."""

from perizinan_core.testing._postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]
