"""The first steps of a child: give up what it may not have, load its program, and run that."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import signal
import socket
from collections.abc import Callable
from typing import Any

import attrs

from perizinan_core.confined._channel import Channel, Form
from perizinan_core.confined._limits import Confinement, close_doors, limit_memory

__all__ = ["Orders", "serve", "serve_inherited"]


@attrs.frozen(kw_only=True)
class Orders:
    """What a child is started for."""

    target: str
    """Its program, as ``"package.module:function"``; called with its channel and ``cargo``."""

    cargo: tuple[Any, ...]
    confinement: Confinement
    trusted: bool
    """Whether the parent takes objects from it."""


def serve(end: socket.socket, orders: Orders, *, ear: bool) -> None:
    """Be a child until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl+C too, and decides
    faulthandler.disable()  # a file that crashes its child gets a report, and no one reads a traceback
    close_doors(orders.confinement)
    program = _program(orders.target)
    limit_memory(orders.confinement)
    sends = Form.OBJECTS if orders.trusted else Form.JSON
    channel = Channel(end, sends=sends, receives=Form.OBJECTS, ear=ear)
    with contextlib.suppress(EOFError, ConnectionError):
        program(channel, *orders.cargo)


def serve_inherited(descriptor: int) -> None:
    """Serve over an inherited socket; the first message is the orders."""
    end = socket.socket(fileno=descriptor)
    orders = Channel(end, sends=Form.JSON, receives=Form.OBJECTS).receive()
    serve(end, orders, ear=True)


def _program(target: str) -> Callable[..., None]:
    module, _, name = target.partition(":")
    found: Callable[..., None] = getattr(importlib.import_module(module), name)
    return found
