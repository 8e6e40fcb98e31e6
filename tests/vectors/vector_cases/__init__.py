"""The cases of the published vectors, by what was done to the permit; ``make_vectors.py`` writes them."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

__all__ = ["HERE", "Case", "builder"]

HERE = Path(__file__).parents[1]
"""The folder of the vectors."""


def builder() -> ModuleType:
    """Return ``builder.py``, which tests of other rooms load by the same name."""
    name = "perizinan_vector_builder"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "builder.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("builder.py is missing")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@attrs.frozen(kw_only=True)
class Case:
    """One vector."""

    name: str
    """Name of the folder; ends in ``_fail`` where refusal is right."""

    data: bytes = attrs.field(repr=False)
    """The file."""

    verdict: str
    why: str
    """What was done, and why the verdict is right."""

    codes: tuple[str, ...] = ()
    """Reason codes that the report must hold."""

    signature: str | None = None
    """EN 319 102-1 words of the deciding signature, e.g. ``"TOTAL_FAILED/HASH_FAILURE"``, or None: not held to."""

    at: str | None = None
    """Moment of the check; None: the usual one."""

    authority: str | None = "office"
    """Name of the authority document in ``authority/``; None with ``roots``: signatures only."""

    roots: str | None = None
    """Name of the root certificate in ``roots/``: only signatures are judged."""

    status: str | None = None
    """Name of the status list in ``status/``."""

    no_status: bool = False
    derive: dict[str, Any] | None = None
    """Rule by which the file stands for many, see ``vector_protocol/derive.py``."""

    repeatable: bool = True
    """False where the signature method draws lots (RSASSA-PSS), so that the bytes differ every time."""
