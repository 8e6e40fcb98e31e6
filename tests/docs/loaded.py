"""
``perizinan`` for scripts of many commands: each runs in a process of its own that has the library loaded.

``loaded.py serve SOCKET`` loads it and forks a process for every command; ``loaded.py SOCKET WORD…`` is the command,
which hands over its words, folder, environment and streams and ends with the exit code. A command that starts an
interpreter of its own imports for a second, and does its work in less.
"""

import json
import os
import socket
import sys


def main() -> int:
    """Serve or ask, as the first word says."""
    return _serve(sys.argv[2]) if sys.argv[1] == "serve" else _ask(sys.argv[1], sys.argv[2:])


def _ask(address: str, words: list[str]) -> int:
    # Not pathlib, which takes longer to import than all else here.
    folder = os.getcwd()  # noqa: PTH109
    request = json.dumps({"words": words, "folder": folder, "environment": dict(os.environ)})
    with socket.socket(socket.AF_UNIX) as there:
        there.connect(address)
        socket.send_fds(there, [b"."], [0, 1, 2])
        there.sendall(request.encode())
        there.shutdown(socket.SHUT_WR)
        return int(there.recv(16) or b"70")


def _serve(address: str) -> int:
    from importlib import import_module
    from pathlib import Path

    from perizinan_core.cli._app import _COMMANDS

    for module, _attribute, _help in _COMMANDS.values():
        import_module(module)
    import_module("perizinan_core.bootstrap._examples")
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(f"{address}.new")
        here.listen()
        Path(f"{address}.new").rename(address)
        while True:
            there, _ = here.accept()
            _, streams, *_ = socket.recv_fds(there, 1, 3)
            if os.fork() == 0:
                here.close()
                with there.makefile("rb") as said:
                    request = json.load(said)
                there.sendall(str(_run(request, streams)).encode())
                os._exit(0)
            for stream in streams:
                os.close(stream)
            there.close()


def _run(request: dict, streams: list[int]) -> int:
    """Run one command as the process that it asks for, and return its exit code."""
    import atexit
    import traceback

    from perizinan_core.cli import main as perizinan

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    try:
        perizinan(request["words"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does with what nobody catches
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    return code


if __name__ == "__main__":
    sys.exit(main())
