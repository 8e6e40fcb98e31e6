"""Why no connection to a database came about: host, database and cause in words, and never a user or a password."""

from __future__ import annotations

import re

from sqlalchemy.engine import URL

from perizinan_core.errors.storage import DatabaseUnavailableError
from perizinan_core.i18n import N_

__all__ = ["cause_of", "place_of_database", "unreachable"]

_PORT = 5432
_CAUSES = (
    (
        r"resolve host|name or service not known|nodename nor servname",
        N_("the name of the host is not known"),
    ),
    (r"password authentication failed|no password supplied", N_("the user name or the password is wrong")),
    (r"peer authentication failed|ident authentication failed", N_("the server does not accept this user")),
    (r"role .* does not exist", N_("the user name or the password is wrong")),
    (
        r"no pg_hba\.conf entry",
        N_("the server does not accept this user from this machine, or not in this way"),
    ),
    (r"database .* does not exist", N_("there is no database of this name")),
    (r"permission denied for database", N_("this user may not use the database")),
    (r"ssl|certificate verify|tls", N_("encryption (SSL) did not come about as the address asks")),
    (r"connection refused", N_("no database server answers there")),
    (r"timeout|timed out", N_("it did not answer in time")),
    (r"no such file or directory", N_("no database server answers there")),
    (
        r"network is unreachable|no route to host|host is down",
        N_("the host cannot be reached over the network"),
    ),
    (r"starting up|shutting down|recovery", N_("the server is starting or shutting down")),
    (r"too many clients|connection slots", N_("it has no free connection")),
    (r"server closed the connection|connection reset", N_("the connection broke")),
    (
        r"unable to open database file",
        N_("its folder is missing, or this account may not read and write there"),
    ),
)
"""What drivers say, in the order in which it is looked for; a server may say it in another language."""

_BY_STATE = {
    "28P01": N_("the user name or the password is wrong"),
    "28000": N_("the server does not accept this user"),
    "3D000": N_("there is no database of this name"),
    "42501": N_("this user may not use the database"),
    "53300": N_("it has no free connection"),
    "57P03": N_("the server is starting or shutting down"),
}


def place_of_database(url: URL) -> str:
    """Return where a database is: a file, or host, port and name; no user and no password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or str(url.query.get("host", "localhost"))
    # The folder of a socket says nothing more than that it is this machine.
    host = "localhost" if host.startswith("/") else host
    return f"{host}:{url.port or _PORT}/{url.database or ''}"


def unreachable(url: URL, error: BaseException) -> DatabaseUnavailableError:
    """Return the error of a connection that did not come about."""
    return DatabaseUnavailableError(
        "database-unreachable", place=place_of_database(url), reason=cause_of(error) or type(error).__name__
    )


def cause_of(error: BaseException) -> str | None:
    """Return what keeps a driver from connecting, in words; None when that is not known."""
    text = " ".join(str(error).split())
    by_state = _BY_STATE.get(getattr(error, "sqlstate", None) or "")
    return by_state or next((told for sign, told in _CAUSES if re.search(sign, text, re.IGNORECASE)), None)
