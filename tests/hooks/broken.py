"""Plugins that are broken on purpose, each in one way; installed as pip would leave them."""

from __future__ import annotations

import base64
import hashlib
import textwrap
from pathlib import Path

import attrs

__all__ = ["BROKEN", "Broken", "install_all"]

HEAD = """
from perizinan_core.hooks import *
from perizinan_core.hooks import hookimpl
perizinan_api = 1
"""
CHANNELS = "@hookimpl\ndef register_notification_channels():\n    "
MANIFEST = 'manifest = 1\n[plugin.{name}]\napi = [1, 1]\nminimum-core = "0.1.0"\n[plugin.{name}.offers]\n'
METADATA = "Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"


@attrs.frozen(kw_only=True)
class Broken:
    """One of them."""

    source: str = ""
    """Body of its module."""

    code: str
    """Of the finding that names it."""

    metadata: bytes | None = None
    entry: bytes | None = None
    manifest: str | None = None
    """Text behind the head of the manifest; None: it has no manifest."""

    shown: str | None = None
    """How it is named, where that is not its name."""


def hook(body: str, code: str) -> Broken:
    """Return a plugin whose hook does something."""
    return Broken(source=HEAD + CHANNELS + body, code=code)


def top(body: str, code: str) -> Broken:
    """Return a plugin that does something when it is imported."""
    return Broken(source=HEAD + textwrap.dedent(body), code=code)


def offering(record: str, code: str) -> Broken:
    """Return a plugin that offers a record."""
    return hook(f"return {record}", code)


CHANNEL = "NotificationChannelEntry(name={}, open=dict)"

BROKEN: dict[str, Broken] = {
    # What importing does.
    "import-missing": top("import not_there_at_all", "import-raised"),
    "import-syntax": Broken(source="def broken(:", code="import-raised"),
    "import-raises": top("raise RuntimeError('on \\x1b[31m import\\nsecond line')", "import-raised"),
    "import-recursion": top("def f(): f()\nf()", "import-raised"),
    "import-system-exit": top("raise SystemExit(4)", "import-raised"),
    "import-interrupt": top("raise KeyboardInterrupt", "import-exits"),
    "import-base-exception": top("class Odd(BaseException): pass\nraise Odd", "import-exits"),
    "import-str-raises": top(
        "class Odd(Exception):\n    def __str__(self): raise RuntimeError\nraise Odd", "import-raised"
    ),
    "import-attribute": Broken(
        source=HEAD,
        code="import-raised",
        entry=b"[perizinan_core.plugins]\nimport-attribute = {module}:missing\n",
    ),
    "import-module": Broken(
        source=HEAD,
        code="import-raised",
        entry=b"[perizinan_core.plugins]\nimport-module = not_there_at_all\n",
    ),
    "import-sleeps": top("import time\ntime.sleep(600)", "import-hangs"),
    "import-loops": top("while True: pass", "import-hangs"),
    "import-locks": top("import threading\nthreading.Event().wait()", "import-hangs"),
    "import-program": top("import subprocess\nsubprocess.run(['sleep', '600'])", "import-hangs"),
    "import-exit": top("import os\nos._exit(0)", "import-exits"),
    "import-exit-3": top("import os\nos._exit(3)", "import-exits"),
    "import-abort": top("import os\nos.abort()", "import-exits"),
    "import-kill": top("import os\nos.kill(os.getpid(), 9)", "import-exits"),
    "import-crash": top("import ctypes\nctypes.string_at(0)", "import-exits"),
    "import-closes": top("import os\nos.closerange(3, 200)", "import-exits"),
    "import-thread-exit": top(
        "import os, threading\nt = threading.Thread(target=os._exit, args=(5,))\nt.start()\nt.join()",
        "import-exits",
    ),
    # What it prints.
    "prints-import": Broken(source=HEAD + "print('{\"json\": false}')", code="prints"),
    "prints-descriptor": Broken(source=HEAD + "import os\nos.write(1, b'raw')", code="prints"),
    "prints-program": Broken(source=HEAD + "import subprocess\nsubprocess.run(['echo', 'x'])", code="prints"),
    "prints-register": hook("print('registered')", "prints"),
    # What its hooks do.
    "hook-raises": hook("raise RuntimeError('no')", "hook-raised"),
    "hook-system-exit": hook("raise SystemExit", "hook-raised"),
    "hook-yields-raises": hook(
        "yield NotificationChannelEntry(name='x', open=dict)\n    raise OSError", "hook-raised"
    ),
    "hook-sleeps": hook("import time; time.sleep(600)", "hook-hangs"),
    "hook-endless": hook("return iter(int, 1)", "hook-raised"),
    "hook-loops": hook("while True: pass", "hook-hangs"),
    "hook-exit": hook("import os; os._exit(0)", "hook-exits"),
    "hook-kill": hook("import os; os.kill(os.getpid(), 15)", "hook-exits"),
    "offers-number": offering("5", "hook-raised"),
    "offers-text": offering("'channels'", "hook-raised"),
    "offers-record": offering(CHANNEL.format("'x'"), "hook-raised"),
    "offers-other": offering("[SignerEntry(scheme='x', open=dict)]", "hook-raised"),
    "offers-mixed": offering(f"[{CHANNEL.format(repr('x'))}, 'two']", "hook-raised"),
    "offers-twice-itself": offering(f"[{CHANNEL.format(repr('x'))}] * 2", "hook-raised"),
    "offers-control": offering(f"[{CHANNEL.format(repr('x' + chr(27) + '[31m'))}]", "hook-raised"),
    "offers-empty-name": offering(f"[{CHANNEL.format(repr(''))}]", "hook-raised"),
    "offers-no-text": offering(f"[{CHANNEL.format(5)}]", "hook-raised"),
    "offers-wrong-field": offering("[NotificationChannelEntry(nama='x')]", "hook-raised"),
    # What its hooks are.
    "hook-misspelt": top("@hookimpl\ndef register_notification_chanels(): pass", "hook"),
    "hook-argument": top("@hookimpl\ndef decide_applicant_check(happening): pass", "hook"),
    "hook-wrapper": top(
        "@hookimpl(wrapper=True)\ndef decide_applicant_check(applicant): return (yield)", "wrapper"
    ),
    "hook-unmarked": top("def register_notification_channels(): return []", "no-hookimpl"),
    "hook-async": top("@hookimpl\nasync def register_frontends(): return []", "async"),
    "hook-async-decides": top("@hookimpl\nasync def decide_applicant_check(applicant): pass", "async"),
    "hook-async-yields": top("@hookimpl\nasync def register_frontends(): yield 1", "async"),
    "hook-coroutine": top(
        "async def later(): return []\n@hookimpl\ndef register_frontends(): return later()", "hook-raised"
    ),
    "api-missing": Broken(source="", code="other-interface"),
    "api-later": Broken(source="perizinan_api = 99", code="other-interface"),
    "api-raises": Broken(
        source="class P:\n    @property\n    def perizinan_api(self): raise SystemExit(2)\nplugin = P()",
        code="hook",
        entry=b"[perizinan_core.plugins]\napi-raises = {module}:plugin\n",
    ),
    # What it does to the library.
    "patches-function": top(
        "import perizinan_core.i18n as i\ni.translate = lambda *a, **k: 'owned'", "patches-library"
    ),
    "patches-method": top(
        "from perizinan_core.hooks import PluginManager\nPluginManager.gather = lambda self, hook: ()",
        "patches-library",
    ),
    "patches-later": top(
        "from perizinan_core.services import Permits\nPermits.revoke = lambda *a, **k: None",
        "patches-library",
    ),
    "patches-removes": top("import perizinan_core.documents as d\ndel d.inspect_upload", "patches-library"),
    # What its metadata and its manifest say.
    "metadata-bytes": Broken(code="metadata", metadata=b"Name: \xff\nVersion: 1\n"),
    "metadata-version": Broken(code="metadata", metadata=b"Name: broken\n"),
    "metadata-version-odd": Broken(code="metadata", metadata=b"Name: broken\nVersion: new\n"),
    "metadata-name": Broken(code="metadata", metadata=b"Version: 1\n"),
    "metadata-control": Broken(code="metadata", metadata=b"Name: bro\x1bken\nVersion: 1\n"),
    "metadata-empty": Broken(code="metadata", metadata=b""),
    "entry-bytes": Broken(
        code="metadata", entry=b"[perizinan_core.plugins]\nx = y\n# \xff\n", shown="broken_entry_bytes"
    ),
    "entry-line": Broken(
        code="metadata", entry=b"[perizinan_core.plugins]\nno value\n", shown="broken_entry_line"
    ),
    "entry-control": Broken(
        code="metadata", entry=b"[perizinan_core.plugins]\n\x1b[2Jred = x\n", shown="\\x1b[2Jred"
    ),
    "entry-path": Broken(code="metadata", entry=b"[perizinan_core.plugins]\nentry-path = ../../x\n"),
    "manifest-damaged": Broken(code="metadata", manifest="= ="),
    "manifest-api": Broken(code="other-interface", manifest="\n[plugin.manifest-api]\napi = [2, 2]\n"),
    "manifest-core": Broken(code="other-core", manifest='\n[plugin.manifest-core]\nminimum-core = "99"\n'),
    "manifest-differs": Broken(source=HEAD, code="manifest-differs", manifest='register_signers = ["hsm"]\n'),
    # What others offer too.
    "same-one": offering(f"[{CHANNEL.format(repr('same'))}]", "offered-twice"),
    "same-two": offering(f"[{CHANNEL.format(repr('same'))}]", "offered-twice"),
    "replaces-channel": offering(f"[{CHANNEL.format(repr('mail-folder'))}]", "replaces-built-in"),
    "replaces-signer": top(
        "@hookimpl\ndef register_signers(): return [SignerEntry(scheme='file', open=dict)]",
        "replaces-built-in",
    ),
    "builtin": Broken(source=HEAD, code="name-taken"),
}


def install_all(site: Path) -> None:
    """Install all below a folder."""
    for name, plugin in BROKEN.items():
        module = "broken_" + name.replace("-", "_")
        info = f"{module}-1.0.dist-info"
        metadata = METADATA.format(distribution=f"broken-{name}").encode()
        entry = f"[perizinan_core.plugins]\n{name} = {module}\n".encode()
        files = {
            f"{module}.py": plugin.source.encode(),
            f"{info}/METADATA": metadata if plugin.metadata is None else plugin.metadata,
            f"{info}/entry_points.txt": entry
            if plugin.entry is None
            else plugin.entry.replace(b"{module}", module.encode()),
        }
        if plugin.manifest is not None:
            files[f"{module}.perizinan_plugin.toml"] = _manifest(name, plugin.manifest).encode()
        (site / info).mkdir(parents=True)
        rows = []
        for path, content in files.items():
            (site / path).write_bytes(content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(content)}\n")
        (site / info / "RECORD").write_text("".join(rows) + f"{info}/RECORD,,\n")


def _manifest(name: str, more: str) -> str:
    """Return a whole manifest, in which the keys of a table that is repeated are exchanged."""
    text = MANIFEST.format(name=name)
    if not more.startswith("\n"):
        return text + more
    key, _, value = more.strip().splitlines()[-1].partition(" = ")
    lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in text.splitlines()]
    return "\n".join(lines) + "\n"
