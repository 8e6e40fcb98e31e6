"""Small distributions as pip leaves them: a module, and a .dist-info with its metadata."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def site(tmp_path, monkeypatch) -> Path:
    """Return a folder on the path of this process."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def install(site) -> Callable[..., None]:
    """Return a function that installs a plugin for real; modules are forgotten in the end."""
    modules = []

    def run(name, source, *, module=None, manifest=None, metadata=None, entry=None):
        module = module or "contoh_" + name.replace("-", "_")
        modules.append(module)
        (site / f"{module}.py").write_text(textwrap.dedent(source))
        if manifest is not None:
            (site / f"{module}.perizinan_plugin.toml").write_text(textwrap.dedent(manifest))
        info = site / f"contoh_{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        told = f"Metadata-Version: 2.1\nName: contoh-{name}\nVersion: 1.2\n".encode()
        (info / "METADATA").write_bytes(told if metadata is None else metadata)
        lines = f"[perizinan_core.plugins]\n{name} = {module}\n".encode()
        (info / "entry_points.txt").write_bytes(lines if entry is None else entry)

    yield run
    for module in modules:
        sys.modules.pop(module, None)
