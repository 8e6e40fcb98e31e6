"""Finds the node of a place in a permit file."""

from __future__ import annotations

from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._reader import ALIASES

__all__ = ["node_at"]

_KEYS = {field: key for key, field in ALIASES["PermitType"].items()}


def node_at(node: Node, path: tuple[str | int, ...]) -> Node:
    """Return the node at ``path``, or the nearest one above it that stands in the file."""
    for step in path:
        node = node.at(_KEYS.get(step, step) if isinstance(step, str) else step)
    return node
