"""
The inspecting process: one file at a time, under limits, with nowhere to write.

Started by `perizinan_core.documents._sandbox`. A request comes with the descriptor of the file; the answer is JSON.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import attrs

from perizinan_core.confined import Channel, task_limits
from perizinan_core.documents._inspection._blame import place_of
from perizinan_core.documents._inspection._judge import judge
from perizinan_core.documents._inspection._observations import Limits, Observations

__all__ = ["serve"]


def serve(channel: Channel) -> None:
    """SandboxAnswer requests until the other side closes the channel."""
    sys.setrecursionlimit(2000)
    channel.ready()
    while True:
        request, descriptor = channel.receive_file()
        if descriptor is None:
            break
        channel.send(_answer(request, descriptor))


def _answer(request: dict[str, Any], descriptor: int) -> dict[str, Any]:
    notes = Observations()
    with os.fdopen(descriptor, "rb") as file:
        try:
            with task_limits(cpu_seconds=request["cpu_seconds"], more_memory=request["memory_bytes"]):
                judge(file, request["size"], request["ending"], Limits(**request["limits"]), notes)
        except MemoryError:
            return {"failed": "memory-limit", "again": False}
        except Exception as error:  # noqa: BLE001 - our own fault is an answer, not a crash
            notes.note("inspection-failed")
            return {"notes": attrs.asdict(notes), "fault": place_of(error), "again": False}
    return {"notes": attrs.asdict(notes), "again": True}
