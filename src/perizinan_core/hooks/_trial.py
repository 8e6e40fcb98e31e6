"""What a trial of a plugin says: whether it can be loaded, what it offers, and why not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs

from perizinan_core.i18n import N_, Clause

__all__ = ["IMPORT", "INCOMPATIBLE", "Objection", "Step", "Trial", "died", "hung", "patched"]

Step = str
"""What a plugin is at: `IMPORT`, or the hook that is asked."""

IMPORT: Step = "import"

INCOMPATIBLE = frozenset(
    {"metadata", "other-interface", "other-core", "no-hookimpl", "hook", "wrapper", "async"}
)
"""Codes of objections to what a plugin is, not to what it did."""

_FORMAT = 1


@attrs.frozen
class Objection:
    """Why a plugin is not loaded."""

    code: str
    """Stable name."""

    reason: Clause

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {"code": self.code, "reason": _clause_data(self.reason)}

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Return what was written; raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        return cls(_text(data["code"]), _clause(data["reason"]))


@attrs.frozen(kw_only=True)
class Trial:
    """The result of loading a plugin and asking it for its records, in a process that was thrown away."""

    objection: Objection | None = None
    hooks: tuple[str, ...] = ()
    offers: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """Names or schemes by hook."""

    commands: Mapping[str, str] = attrs.field(factory=dict)
    """Help of each command."""

    printed: bool = False
    """Whether it wrote on standard output or standard error."""

    def as_json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "format": _FORMAT,
            "objection": None if self.objection is None else self.objection.as_json(),
            "hooks": list(self.hooks),
            "offers": {hook: list(names) for hook, names in self.offers.items()},
            "commands": dict(self.commands),
            "printed": self.printed,
        }

    @classmethod
    def from_json(cls, data: Any) -> Self:
        """Return what was written; raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        if data["format"] != _FORMAT:
            raise ValueError("format")
        return cls(
            objection=None if data["objection"] is None else Objection.from_json(data["objection"]),
            hooks=tuple(_text(item) for item in data["hooks"]),
            offers={
                _text(hook): tuple(_text(item) for item in names) for hook, names in data["offers"].items()
            },
            commands={_text(name): _text(text) for name, text in data["commands"].items()},
            printed=data["printed"] is True,
        )


def hung(step: Step, seconds: float) -> Objection:
    """Return the objection that a step took too long."""
    if step == IMPORT:
        return Objection(
            "import-hangs", Clause(N_("importing it took longer than {seconds:g} s"), seconds=seconds)
        )
    clause = Clause(N_("{hook} took longer than {seconds:g} s"), hook=step, seconds=seconds)
    return Objection("hook-hangs", clause)


def died(step: Step, code: int) -> Objection:
    """Return the objection that a step ended the process; negative codes are signals."""
    if step == IMPORT:
        return Objection("import-exits", Clause(N_("importing it ended the process ({code})"), code=code))
    return Objection("hook-exits", Clause(N_("{hook} ended the process ({code})"), hook=step, code=code))


def patched(names: tuple[str, ...]) -> Objection:
    """Return the objection that it changes the library."""
    return Objection(
        "patches-library", Clause(N_("it changes the library itself: {names}"), names=", ".join(names))
    )


def _clause_data(clause: Clause) -> list[Any]:
    fields = {
        name: _clause_data(value) if isinstance(value, Clause) else value
        for name, value in clause.fields.items()
    }
    return [clause.sentence, fields]


def _clause(data: Any) -> Clause:
    sentence, fields = data
    return Clause(
        _text(sentence),
        **{
            _text(name): _clause(value) if isinstance(value, list) else _plain(value)
            for name, value in fields.items()
        },
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("expected a text")
    return value


def _plain(value: Any) -> Any:
    if not isinstance(value, str | int | float):
        raise TypeError("expected a text or a number")
    return value
