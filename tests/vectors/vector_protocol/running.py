"""
Running a verifier over the vectors: what to call, and what its answer means.

Plain dataclasses, so that whoever has another verifier needs no package of ours to run it.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vector_protocol.derive import derived

__all__ = ["VERDICTS", "Adapter", "Answer", "Vector", "answers", "vectors"]

VERDICTS = {
    "0": "valid",
    "10": "not_valid",
    "11": "unsigned",
    "12": "wrong_issuer",
    "13": "not_in_force",
    "14": "indeterminate",
    "15": "unreadable",
}
"""Exit code (as text) → verdict, for verifiers that keep to the protocol."""


@dataclass(frozen=True, kw_only=True)
class Vector:
    """One folder."""

    folder: Path
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        """Name of the folder."""
        return self.folder.name

    @property
    def arguments(self) -> dict[str, Any]:
        """How the file is to be judged."""
        found: dict[str, Any] = self.expected["arguments"]
        return found

    def path(self, relative: str) -> Path:
        """Return a path that ``expected.json`` states."""
        return (self.folder / relative).resolve()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield label and bytes of each file that the vector stands for."""
        yield from derived(self.path(self.expected["file"]).read_bytes(), self.expected["derive"])


def vectors(folder: Path) -> list[Vector]:
    """Return all vectors below a folder, by name."""
    return [
        Vector(folder=path.parent, expected=json.loads(path.read_text(encoding="utf-8")))
        for path in sorted(folder.glob("*/expected.json"))
    ]


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """A command and the meaning of its answers; see ``adapters/`` and README.md."""

    command: str
    """
    Words as for a shell (none is started). ``{file}``, ``{authority}``, ``{at}`` (ISO 8601), ``{root}`` (PEM) and
    ``{options}`` (those of the vector, by ``options``) are replaced.
    """

    permit: str = ""
    """Options when a permit is expected; put in the place of ``{options}``."""

    signature_only: str = ""
    """Options when only signatures are judged."""

    status: str = ""
    """Option that names the status list ``{status}``."""

    no_status: str = ""
    exits: dict[str, str] = field(default_factory=dict)
    """Exit code (as text) → verdict; ``"*"`` stands for all others."""

    accepts: str | None = None
    """Text in the output that means *valid*; with ``exits`` both must say so."""

    refuses: tuple[str, ...] = ()
    """Texts in the output that mean refusal, whatever else it says."""

    @classmethod
    def read(cls, path: Path) -> Adapter:
        """Read an adapter file."""
        data = json.loads(path.read_text(encoding="utf-8"))
        data.pop("about", None)
        return cls(**{**data, "refuses": tuple(data.get("refuses", ()))})

    def words(self, vector: Vector, file: Path) -> list[str]:
        """Return the command for one file."""
        told = vector.arguments
        authority = vector.path(told["authority"]) if "authority" in told else None
        # Verifiers that know no authority documents get the root of the same CA.
        name = authority.stem if authority else ""
        services = "services" if name == "services" else "office"
        roots = told.get("roots", [f"../roots/{services}.pem"])
        options = self.signature_only if told.get("signature_only") else self.permit
        if "status" in told:
            options += f" {self.status}"
        if told.get("no_status"):
            options += f" {self.no_status}"
        values = {
            "{file}": str(file),
            "{authority}": str(authority or ""),
            "{at}": told["at"],
            "{root}": str(vector.path(roots[0])),
            "{status}": str(vector.path(told["status"])) if "status" in told else "",
        }
        words = shlex.split(self.command.replace("{options}", options))
        return [_filled(word, values) for word in words]

    def verdict(self, code: int, output: str) -> str:
        """Return what an answer means: a verdict, or ``"refused"`` when it does not say which."""
        found = self.exits.get(str(code), self.exits.get("*", "refused"))
        if any(text in output for text in self.refuses):
            return "refused"
        if found == "valid" and self.accepts is not None and self.accepts not in output:
            return "refused"
        return found


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a verifier said of one file."""

    vector: Vector
    label: str
    """Of a derived file, else empty."""

    said: str
    code: int | None
    """Exit code; None: it did not end in time."""

    output: str = field(repr=False, default="")

    @property
    def expected(self) -> str:
        """The right verdict."""
        found: str = self.vector.expected["verdict"]
        return found

    @property
    def is_right(self) -> bool:
        """True for the right verdict."""
        return self.said == self.expected

    @property
    def is_safe(self) -> bool:
        """True when what is to be refused was refused, and what is to be accepted accepted."""
        return (self.said == "valid") == (self.expected == "valid")


def answers(
    adapter: Adapter, chosen: list[Vector], work: Path, *, seconds: float = 60, only_first: bool = False
) -> Iterator[Answer]:
    """
    Run a verifier.

    Args:
        adapter: What is called.
        chosen: The vectors.
        work: A folder for the files; they keep the name ``permit.pdf``.
        seconds: For each file.
        only_first: Of vectors that stand for many files, take seven spread over them only.
    """
    for vector in chosen:
        files = list(vector.files())
        if only_first and len(files) > 7:
            files = files[:: -(-len(files) // 7)]
        for label, data in files:
            file = work / "permit.pdf"
            file.write_bytes(data)
            try:
                done = subprocess.run(
                    adapter.words(vector, file), capture_output=True, timeout=seconds, check=False
                )
            except subprocess.TimeoutExpired:
                yield Answer(vector=vector, label=label, said="no answer", code=None)
                continue
            output = (done.stdout + done.stderr).decode("utf-8", "replace")
            said = adapter.verdict(done.returncode, output)
            yield Answer(vector=vector, label=label, said=said, code=done.returncode, output=output)


def _filled(word: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        word = word.replace(name, value)
    return word
