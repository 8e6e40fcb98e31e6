"""Names of files as they are shown."""

from __future__ import annotations

import os


def display_name(text: str) -> str:
    r"""
    Return a file name that is harmless on a screen and in JSON.

    Bytes that are not UTF-8 and characters that print nothing are written out (``\xff``, ``\n``).
    """
    try:
        readable = os.fsencode(text).decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a member of an archive may be named by lone surrogates
        readable = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if readable.isprintable():
        return readable
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in readable
    )
