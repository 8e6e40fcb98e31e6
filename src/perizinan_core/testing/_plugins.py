"""What a plugin's tests ask of its settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from perizinan_core.bootstrap._plugin_settings import read_table

__all__ = ["check_plugin_settings"]


def check_plugin_settings(kind: type[Any], table: Mapping[str, Any], *, folder: Path | None = None) -> Any:
    """
    Return a table ``[plugin.NAME]`` as the class that a plugin declares, as an office would read it.

    Args:
        kind: The attrs class in the ``settings`` of the record.
        table: The table, as TOML gives it.
        folder: Where ``perizinan.toml`` would be; relative paths count from it.

    Raises:
        BootstrapError: ``settings``: keys are unknown or wrong, all are named; ``secret-missing``.
    """
    return read_table(kind, "NAME", table, folder or Path())
