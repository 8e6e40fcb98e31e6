"""A call to the server, and rules that answer one in its place."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal, TypeAlias

import attrs

__all__ = ["SAID", "Call", "Reply", "Rule", "cut", "late"]

Reply: TypeAlias = tuple[int, bytes, Mapping[str, str]]
"""Status, body and headers."""

SAID: Literal["said"] = "said"
"""The rule has answered by itself."""


@attrs.frozen
class Call:
    """A call as it was received."""

    path: str
    body: bytes = attrs.field(repr=False)
    handler: BaseHTTPRequestHandler = attrs.field(repr=False)

    @property
    def is_signing(self) -> bool:
        """Whether something is to be signed or sealed."""
        return self.path.endswith(("/sign/pdf", "/seal/pdf"))

    @property
    def is_json(self) -> bool:
        """Whether it is of the second generation."""
        return self.path.startswith("/api/v2/")

    @property
    def values(self) -> Mapping[str, Any]:
        """What it says, without files of the first generation."""
        if self.is_json:
            value: Mapping[str, Any] = json.loads(self.body)
            return value
        found = {}
        for part in self.body.split(b"\r\n--"):
            head, _, value_ = part.partition(b"\r\n\r\n")
            if b"filename=" not in head and (mark := head.find(b'name="')) >= 0:
                found[head[mark + 6 :].split(b'"')[0].decode()] = value_.decode()
        return found

    @property
    def pdf(self) -> bytes:
        """The document that is to be signed."""
        if self.is_json:
            return base64.b64decode(self.values["file"][0])
        start = self.body.index(b"%PDF-")
        return self.body[start : self.body.rindex(b"\r\n--")]


Rule: TypeAlias = Callable[[Call], Reply | Literal["said"] | None]
"""Answers a call in the place of the server; None: the server answers as usual."""


def cut(body: bytes, *, part: str = "/pdf") -> Rule:
    """
    Return a rule that announces a body, sends half of it and ends the connection.

    Args:
        body: What would be answered.
        part: What the path of the calls has in it.
    """

    def rule(call: Call) -> Literal["said"] | None:
        if part not in call.path:
            return None
        handler = call.handler
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) // 2])
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)
        return SAID

    return rule


def late(until: threading.Event, begun: threading.Event | None = None, *, part: str = "/pdf") -> Rule:
    """
    Return a rule that lets the server answer as usual, but only once an event is set.

    Args:
        until: The event.
        begun: Set when a call is received.
        part: What the path of the calls has in it.
    """

    def rule(call: Call) -> None:
        if part in call.path:
            if begun is not None:
                begun.set()
            until.wait()

    return rule
