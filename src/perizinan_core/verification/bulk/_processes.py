"""
Starting worker processes: forked where that is safe, else as fresh interpreters.

A fork inherits everything warm and starts in milliseconds, but is safe only while the parent has a
single thread. A fresh interpreter runs this package alone and never the caller's main module.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import pickle
import socket
import subprocess
import sys
import warnings
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from perizinan_core.verification.bulk._limits import BulkLimits
from perizinan_core.verification.bulk._work import Recipe, serve

_PROGRAM = (
    "import sys; from perizinan_core.verification.bulk._work import serve_inherited as s; s(int(sys.argv[1]))"
)

__all__ = ["Process", "can_fork", "start"]


class Process(Protocol):
    """The part of a process handle that is used here."""

    def kill(self) -> None:
        """End it at once."""
        ...

    def join(self, timeout: float | None = None) -> None:
        """Wait until it has ended."""
        ...


def can_fork() -> bool:
    """Return True when this process has no thread but this one (Linux)."""
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208 - counted, not walked
    except OSError:
        return False


def start(
    recipe: Recipe, limits: BulkLimits, others: Sequence[Connection], *, fork: bool | None = None
) -> tuple[Process, Connection]:
    """
    Start a worker; return its handle and the connection to it.

    Args:
        recipe: How the worker comes by its judge.
        limits: What it may cost.
        others: Connections to other workers, which a forked one must not hold open.
        fork: Whether to fork; None: where it is safe.
    """
    ours, theirs = socket.socketpair()
    connection = Connection(ours.detach())
    if can_fork() if fork is None else fork:
        child = multiprocessing.get_context("fork").Process(
            target=_forked, args=(theirs, connection, tuple(others), recipe, limits), daemon=True
        )
        with warnings.catch_warnings():
            # Who insists on forking knows what threads there are.
            warnings.simplefilter("ignore", DeprecationWarning)
            child.start()
        theirs.close()
        return child, connection
    cargo = _pickled((recipe, limits))  # before there is a process that would wait for it in vain
    command = [sys.executable, "-c", _PROGRAM, str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603 - ourselves
    theirs.close()
    connection.send_bytes(cargo)
    return _Fresh(process), connection


def _forked(
    theirs: socket.socket,
    connection: Connection,
    others: tuple[Connection, ...],
    recipe: Recipe,
    limits: BulkLimits,
) -> None:
    for item in (connection, *others):
        item.close()
    serve(Connection(theirs.detach()), recipe, limits)


class _Fresh:
    """A fresh interpreter, waited for when it ends."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def kill(self) -> None:
        self._process.kill()

    def join(self, timeout: float | None = None) -> None:
        self._process.wait(timeout)


def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _public_key(der: bytes) -> object:
    return serialization.load_der_public_key(der)


class _Pickler(pickle.Pickler):
    """Pickles the objects of `cryptography` in an authority document as their DER."""

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, x509.Certificate):
            return _certificate, (obj.public_bytes(serialization.Encoding.DER),)
        if isinstance(obj, (ed25519.Ed25519PublicKey, ec.EllipticCurvePublicKey)):
            raw = obj.public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return _public_key, (raw,)
        return NotImplemented


def _pickled(value: object) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    return buffer.getvalue()
