"""The page of the frictions of real portals, made from the tests that hold each."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAMED = re.compile(r"frictions?[ _](\d+)", re.IGNORECASE)

FRICTIONS: tuple[tuple[str, str, str], ...] = (
    ("applicant", "One file fails after a long form, and everything is lost.", "Each upload is stored as it arrives; one that fails says why beside its place, and the draft stays."),
    ("applicant", "Submitting while a file is under way drops the file.", "Submitting says which file is under way and never happens without it."),
    ("applicant", "Too large a file is a cut connection without a word.", "The limit stands before the upload; the server answers with a page."),
    ("applicant", "The maintenance page of a proxy was stored as the attachment, and confirmed.", "The receipt lists name, size and hash of each stored file."),
    ("applicant", "The session ends and the form is gone.", "Log in again: the same page with the same values, without JavaScript too."),
    ("applicant", "The back button submits twice.", "One receipt for any number of posts."),
    ("applicant", "The button is grey and nothing says why.", "It can always be pressed; what is missing is a list linked to the fields."),
    ("applicant", "Uploads are out of reach after resuming.", "A second device sees and replaces all files of the draft."),
    ("applicant", "An account needs an officer's approval.", "A confirmed address is enough, and a draft needs no account."),
    ("applicant", "The number is already in use, the reset fails, the mail address is lost.", "Restoring at the counter with an identity check on record; change of phone and address while logged in."),
    ("applicant", "The wrong kind of permit was applied for and paid.", "Guide, conditions and fee stand before any form."),
    ("applicant", "The national system was down, and the office could not say until when.", "Waiting for an outside system is a visible reason with its day."),
    ("applicant", "No message on changes.", "Every change of state is said, with what happens next."),
    ("applicant", "Messages are lost while the mail server is down.", "The case shows their delivery, and no period runs before the applicant is notified."),
    ("applicant", "People without a computer.", "Filing at the counter: consent, true time of receipt, printed receipt, one queue."),
    ("applicant", "A permit is void in silence after data changed.", "A change says what becomes of the permit before it begins."),
    ("officer", "A queue without age; no hand-over of an absent officer's cases.", "Age for each step; everything of one officer handed over in one act, with a reason."),
    ("officer", "What changed in a paper is unknown; outdated plans are examined.", "Old beside new, marked as new since the finding; the old version is never first."),
    ("officer", "Requests are written and never sent.", "What is not sent is counted on the case and in the queue."),
    ("officer", "Heavy pages all day.", "Pages of officers have a budget of bytes too."),
    ("officer", "A second application for the same object.", "A warning names the other receipt; it continues with a reason."),
    ("head", "Cannot see where it sticks; signs blind.", "What waits for the signature with its letter; the oldest case of each step; what ends soon."),
    ("head", "Speed money.", "No picking of cases; the order of taking is held against the order of receipt."),
    ("administrator", "Data for red flags cannot be taken out.", "Events go out without personal data."),
    ("administrator", "Failed deliveries and stuck jobs are unseen.", "They are named, by the exit code of `perizinan doctor` too, and can be tried again."),
)  # fmt: skip
"""Who meets it, what happens elsewhere, and what ours promises; by number."""


def holding() -> Mapping[int, list[str]]:
    """Return the tests that hold each friction, by number: those that name it in their name or description."""
    found: dict[int, list[str]] = defaultdict(list)
    for path in sorted([*ROOT.glob("tests/**/test_*.py"), *ROOT.glob("plugins/*/tests/**/test_*.py")]):
        for name, text in _tests(path):
            for number in sorted({int(one) for one in _NAMED.findall(f"{name} {text}")}):
                found[number].append(name)
    return found


def page() -> str:
    """Return the page."""
    held = holding()
    lines = [
        "# Frictions of real portals, and ours",
        "",
        "<!-- Made by docs/generate.py from the tests. -->",
        "",
        "Each line is a complaint about a real system, collected from public issues, audits and reports, and what this portal promises instead.",
        "The tests in the last column hold the promise; a test is found here when its name or description names the friction.",
        "",
        "| # | who | elsewhere | here | held by |",
        "|---|---|---|---|---|",
    ]
    for number, (who, elsewhere, here) in enumerate(FRICTIONS, start=1):
        tests = ", ".join(f"`{name}`" for name in held.get(number, ()))
        lines.append(f"| {number} | {who} | {elsewhere} | {here} | {tests} |")
    return "\n".join(lines) + "\n"


def _tests(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    if "riction" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node.name, ast.get_docstring(node) or ""
