"""
Make the test vectors: a folder per case with the file, what must be found, and why.

    python tests/vectors/make_vectors.py [FOLDER]

The same files come out every time, but for those that ``expected.json`` calls not repeatable. Without FOLDER
the published cases are replaced. All keys are test keys (``keys/``, and a seed in ``vector_cases/repeatable.py``).
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from vector_cases import Case, builder, changes, contents, files, issuers, once_wrong, signatures  # noqa: E402
from vector_cases.readme import readme  # noqa: E402
from vector_cases.repeatable import Chance  # noqa: E402
from vector_cases.setting import Setting  # noqa: E402

from perizinan_core.verification import EXIT_CODES, Verdict  # noqa: E402

__all__ = ["expected_of", "main", "make"]

_GROUPS = (issuers, files, changes, contents, signatures, once_wrong)


def make(folder: Path, groups: Sequence[Any] = _GROUPS) -> list[Case]:
    """Write all cases, authority documents, status lists and roots into ``folder`` and return the cases."""
    chance = Chance(HERE / "keys")
    with chance.fixed():
        chance.begin("setting")
        setting = Setting()
        cases = list(_cases(setting, chance, groups))
        chance.begin("documents")
        beside = {
            "authority": {f"{name}.json": data for name, data in setting.documents().items()},
            "status": {f"{name}.cwt": data for name, data in setting.lists().items()},
            "roots": {f"{name}.pem": data for name, data in setting.roots().items()},
        }
    names = [case.name for case in cases]
    if len(names) != len(set(names)):
        raise ValueError(
            f"two cases have one name: {sorted(name for name in names if names.count(name) > 1)}"
        )
    for old in folder.glob("*/expected.json"):
        shutil.rmtree(old.parent)
    for name, contents_of in beside.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file, data in contents_of.items():
            (folder / name / file).write_bytes(data)
    for case in cases:
        _write(folder / case.name, case)
    return cases


def expected_of(case: Case) -> dict[str, Any]:
    """Return what ``expected.json`` says of a case."""
    arguments: dict[str, Any] = {"at": case.at or builder().CHECKED_AT.isoformat()}
    if case.roots is not None:
        arguments |= {"signature_only": True, "roots": [f"../roots/{case.roots}.pem"]}
    else:
        arguments["authority"] = f"../authority/{case.authority}.json"
    if case.status is not None:
        arguments["status"] = f"../status/{case.status}.cwt"
    if case.no_status:
        arguments["no_status"] = True
    indication, _, sub_indication = (case.signature or "").partition("/")
    return {
        "file": "permit.pdf",
        "derive": case.derive,
        "arguments": arguments,
        "verdict": case.verdict,
        "exit_code": EXIT_CODES[Verdict(case.verdict)],
        "codes": list(case.codes),
        "signature": {"indication": indication, "sub_indication": sub_indication or None}
        if indication
        else None,
        "repeatable": case.repeatable,
    }


def main() -> None:
    """Replace all cases, or write them into another folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    print(f"{len(make(folder, _GROUPS))} cases")  # noqa: T201


def _cases(setting: Setting, chance: Chance, groups: Sequence[Any]) -> Iterator[Case]:
    for group in groups:
        chance.begin(group.__name__)
        yield from group.cases(setting)


def _write(folder: Path, case: Case) -> None:
    folder.mkdir(parents=True)
    (folder / "permit.pdf").write_bytes(case.data)
    (folder / "expected.json").write_text(json.dumps(expected_of(case), indent=2) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(readme(case), encoding="utf-8")


if __name__ == "__main__":
    main()
