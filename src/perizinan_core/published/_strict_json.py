"""Reading untrusted JSON strictly."""

from __future__ import annotations

import json
from typing import Any


def load_json(data: bytes) -> Any:
    """
    Parse JSON in UTF-8 by RFC 8259, without the liberties that hide a second meaning.

    Raises:
        ValueError: for anything else: other encodings, keys that come twice, NaN, text after the
            value, nesting too deep.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise ValueError("a key comes twice")
        return result

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is not a JSON number")

    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=refuse)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
