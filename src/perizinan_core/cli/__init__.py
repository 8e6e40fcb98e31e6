"""The command ``perizinan``: parse, call a service, print. The only room that prints and exits."""

from perizinan_core.cli._app import cli, main

__all__ = [
    "cli",
    "main",
]
