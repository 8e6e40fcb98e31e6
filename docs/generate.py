"""
Writes the reference pages that say what the code says.

    python docs/generate.py            write them
    python docs/generate.py --check    exit 1 and name the pages that are out of date

Settings, commands, errors, findings, events and public names are read from the code, so that a page can
neither forget one nor invent one.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import click
from perizinan_kota_blitar import KotaBlitarSettings
from perizinan_verify import PageSettings

from perizinan_core import errors
from perizinan_core.bootstrap import MailFolderSettings, Settings
from perizinan_core.bootstrap._environment import variables
from perizinan_core.cli import cli
from perizinan_core.cli._once import Once
from perizinan_core.documents import FINDINGS, REMEDIES
from perizinan_core.errors.base import Category, PerizinanError
from perizinan_core.hooks import SmtpSettings
from perizinan_core.i18n import LANGUAGES, translate
from perizinan_core.model import Event, EventKind, HeldOutcome
from perizinan_core.services._digest_texts import DIGEST
from perizinan_core.services._message_texts import placeholders_of
from perizinan_core.services._message_wordings import SUPERVISOR_KINDS, wording_of
from perizinan_core.services._schemas import portal_schema

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import frictions
import plugin_interface

REFERENCE = Path(__file__).parent / "reference"
PUBLIC_NAMES = REFERENCE / "python-api.txt"
COMPATIBILITY = REFERENCE / "compatibility.md"
"""Every public name, one a line; the page of the Python API is made from it, and a test compares it with the code."""

ROOMS = (
    "perizinan_core",
    "perizinan_core.bootstrap",
    "perizinan_core.services",
    "perizinan_core.model",
    "perizinan_core.catalogue",
    "perizinan_core.workflow",
    "perizinan_core.hooks",
    "perizinan_core.verification",
    "perizinan_core.verification.bulk",
    "perizinan_core.verification.signatures",
    "perizinan_core.published",
    "perizinan_core.signing",
    "perizinan_core.signing.ltv",
    "perizinan_core.confined",
    "perizinan_core.documents",
    "perizinan_core.rendering",
    "perizinan_core.storage",
    "perizinan_core.storage.memory",
    "perizinan_core.storage.tables",
    "perizinan_core.i18n",
    "perizinan_core.cli",
    "perizinan_core.testing",
    "perizinan_core.testing.storage",
    "perizinan_core.testing.strategies",
    "perizinan_verify",
    "perizinan_portal",
    "perizinan_portal.hooks",
    "perizinan_portal.oidc",
    "perizinan_portal.pages",
    "perizinan_portal.testing",
    "perizinan_kota_blitar",
)
"""Packages with public names, in the order of the page."""

settings = sys.modules[Settings.__module__]
events = sys.modules[Event.__module__]
_LONG = 40
HEAD = "<!-- Written by docs/generate.py from the code; change the code, then run it. -->"


def settings_page() -> str:
    """Return the page of ``perizinan.toml``."""
    lines = [
        "# Settings",
        "",
        HEAD,
        "",
        "An office has one settings file, `perizinan.toml`; `perizinan init` writes the first one.",
        "Relative paths count from the folder of that file.",
        "Secrets never stand in it: a setting that needs one says where it is, `env:NAME` or `file:PATH`.",
        "Every other value may be `env:NAME` or `file:PATH` as well, and is read from there when the office opens.",
        "Unknown settings are refused, and all problems are named at once.",
    ]
    notes = _field_notes(settings)
    lines += [
        "",
        "## In the environment",
        "",
        "`Settings.from_environment()` reads all of this from variables, without a file; so does the command line with",
        "`PERIZINAN_SETTINGS=env:`.",
        (
            "A variable has the name of its table and its key: `[signing.timestamps] url` is "
            "`PERIZINAN_SIGNING_TIMESTAMPS_URL`."
        ),
        (
            'Lists are written with commas, tables as TOML (`{ kepala-dinas = "file:keys/head.p12" }`), and the tables '
            "of plugins as one TOML text in `PERIZINAN_PLUGIN`."
        ),
        "Paths count from `PERIZINAN_FOLDER`, or else from the working folder.",
        "",
        "| variable | setting |",
        "|---|---|",
        *(f"| `{name}` | `[{'.'.join(place[:-1])}] {place[-1]}` |" for name, place, _ in variables(Settings)),
    ]
    for field in attrs.fields(Settings):
        if field.name in ("folder", "plugin"):
            continue
        lines += _settings_table(field.name, field.type, notes)
    lines += [
        "",
        "## [plugin.NAME]",
        "",
        "The own table of an authority, channel, scanner or frontend, which no other one sees.",
        "Its keys are the fields of the class that the plugin declares ([hooks](hooks.md)); others are refused.",
    ]
    for name, table in _PLUGIN_TABLES.items():
        lines += _table_of(f"plugin.{name}", table, _field_notes(sys.modules[table.__module__]))
    return _page(lines)


def _settings_table(name: str, kind: Any, notes: dict[tuple[str, str], str]) -> list[str]:
    """Return the section of one table, and those of the tables in it."""
    return _table_of(name, getattr(settings, _class_name(kind)), notes)


def _table_of(name: str, table: Any, notes: dict[tuple[str, str], str]) -> list[str]:
    lines = [
        "",
        f"## [{name}]",
        "",
        _first_paragraph(table),
        "",
        "| key | default | meaning |",
        "|---|---|---|",
    ]
    inner: list[str] = []
    for item in attrs.fields(table):
        if attrs.has(type(item.default)):
            inner += _settings_table(f"{name}.{item.name}", item.type, notes)
            continue
        note = _cell(notes.get((table.__name__, item.name), _SETTING_NOTES.get(item.name, "")))
        lines.append(f"| `{item.name}` | {_default(item)} | {note} |")
    return lines + inner


_PLUGIN_TABLES = {
    "smtp": SmtpSettings,
    "mail-folder": MailFolderSettings,
    "kota-blitar": KotaBlitarSettings,
    "verify": PageSettings,
}
"""Tables of our own plugins."""

_SETTING_NOTES = {
    "documents": "Address of the document store: `folder:PATH`, or the scheme of a plugin.",
    "disabled": "Names of installed plugins that are not loaded.",
    "renderer": "Who makes letters.",
    "frontend": "What `Office.serve` and `perizinan demo` show.",
}


def cli_page() -> str:
    """Return the page of the command line."""
    lines = [
        "# Commands",
        "",
        HEAD,
        "",
        (
            "`perizinan COMMAND --help` says the same at the terminal,"
            " in Bahasa Indonesia or, with `--language en`, in English."
        ),
        "Exit codes: 0 done, 1 a problem that is shown in one sentence, 2 wrong use, 130 stopped with Ctrl+C.",
        "`verify` has [codes of its own](../how-to/verify-a-permit.md).",
    ]
    for path, command in _commands(cli, ()):
        name = " ".join(("perizinan", *path))
        lines += ["", f"## {name}" if path else "## perizinan"]
        if command.help:
            lines += ["", translate(command.help, "en")]
        words = [
            item.make_metavar(click.Context(command))
            for item in command.params
            if isinstance(item, click.Argument)
        ]
        if isinstance(command, click.Group):
            words.append("COMMAND …")
        lines += ["", "```", " ".join((name, "[OPTIONS]", *words)), "```"]
        options = [item for item in command.params if isinstance(item, click.Option)]
        if options:
            lines += ["", "| option | default | meaning |", "|---|---|---|"]
            lines += [_option(item) for item in options]
    return _page(lines)


def portal_page() -> str:
    """Return the JSON Schema of what a portal posts."""
    return json.dumps(portal_schema(), indent=2, ensure_ascii=False) + "\n"


_CATEGORY_NOTES = {
    Category.ARGUMENT: "The calling program handed in a value of another kind.",
    Category.INPUT: "What a person entered or sent has to be corrected; `fields` says where.",
    Category.DENIED: "This account may not do it.",
    Category.NOT_FOUND: (
        "There is no such thing for this account; also where someone else's may not even be known to exist."
    ),
    Category.CONFLICT: "Not as things stand: someone was faster, or the case is in another state.",
    Category.TOO_LARGE: "More bytes than are taken.",
    Category.TOO_MANY: "Tried too often; the same request may succeed later.",
    Category.OFFICE: "Settings, catalogue, keys or records of the office are not in order.",
    Category.OUTSIDE: "A signer, a timestamp service or a plugin did not do its part.",
    Category.UNAVAILABLE: "Not at the moment; the same request may succeed later.",
}


def errors_page() -> str:
    """Return the page of the errors: the tree, then every code with its sentence."""
    for module in pkgutil.walk_packages(errors.__path__, "perizinan_core.errors."):
        importlib.import_module(module.name)
    lines = [
        "# Errors",
        "",
        HEAD,
        "",
        "Every error of the library is a `PerizinanError`.",
        (
            "`error.code` is stable, `error.details()` holds the values,"
            " and `error.message(language)` is the sentence for people."
        ),
        "`str(error)` is the English sentence.",
        "Each package has one root; catch it, or a class below it, and ask for the code:",
        "",
        "```",
        "except SigningError as error:",
        '    if error.code == "passphrase-wrong":',
        "```",
        "",
        "```",
        *_tree(PerizinanError, ""),
        "```",
        "",
        "## In answers to requests",
        "",
        "`error.category` says what kind of thing went wrong, and `error.http_status` follows from it.",
        "`error.problem(language)` is a problem document (RFC 9457) for `application/problem+json`.",
        "",
        "| category | status | meaning |",
        "|---|---|---|",
        *(
            f"| `{item.value}` | {int(item.http_status)} | {_cell(_CATEGORY_NOTES[item])} |"
            for item in Category
        ),
        "",
        "## By code",
        "",
        "| code | category | class | values | sentence |",
        "|---|---|---|---|---|",
    ]
    lines += sorted(
        f"| `{code}` | {kind.categories.get(code, Category.OFFICE)} | `{_short_module(kind)}.{kind.__name__}` "
        f"| {', '.join(f'`{name}`' for name in values)} | {_cell(sentence)} |"
        for kind in _descendants(PerizinanError)
        for code, values, sentence in _refusals(kind)
    )
    return _page(lines)


def _refusals(kind: type[PerizinanError]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Return code, names of the values and sentence of everything that a class can say."""
    if attrs.has(kind):
        yield (
            kind.code,
            tuple(item.name for item in attrs.fields(kind)),
            kind.sentence or _first_paragraph(kind),
        )
    for code, entry in vars(kind).get("codes", {}).items():
        yield code, entry.fields, entry.sentence


def findings_page() -> str:
    """Return the page of what the inspection of uploads can find."""
    meanings = {"refuse": "refuses", "hold": "holds", "note": "note"}
    lines = [
        "# Upload findings",
        "",
        HEAD,
        "",
        "What the built-in inspection can say about a file.",
        (
            "`perizinan documents check FILE` says the same at the command line,"
            " and [Check uploads](../how-to/check-uploads.md) explains it."
        ),
        (
            "A file with a finding that refuses is not accepted; a note is shown and harms nothing."
            " A finding that holds says that we could not judge the file: it is neither accepted nor refused."
        ),
        (
            "About a digitally signed document the remedy is always another one:"
            " the counter or the issuer, because any change would destroy the signature."
        ),
        "Every remedy was tried on refused files with real programs: `make test-remedies`.",
        "",
        "| code | | English | Bahasa Indonesia |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| `{code}` | {meanings[severity.value]} | {_cell(_told(code, 'en'))} | {_cell(_told(code, 'id'))} |"
        for code, (severity, _) in FINDINGS.items()
    ]
    return _page(lines)


def _told(code: str, language: str) -> str:
    """Return sentence and remedy of a finding, with their placeholders."""
    texts = (FINDINGS[code][1], REMEDIES.get(code, ""))
    return " ".join(translate(text, language) for text in texts if text)


def events_page() -> str:
    """Return the page of the kinds of events."""
    notes = _field_notes(events)
    lines = [
        "# Events",
        "",
        HEAD,
        "",
        (
            "Everything that happens to a case or permit is an event, kept as its history and sent to "
            "`on_event` listeners after the commit."
        ),
        "An event holds codes, numbers and times, and no personal data.",
        "",
        "| field | meaning |",
        "|---|---|",
    ]
    lines += [
        f"| `{item.name}` | {_cell(notes.get(('Event', item.name), '') or _EVENT_FIELDS[item.name])} |"
        for item in attrs.fields(Event)
    ]
    lines += ["", "## Kinds", "", "| kind | |", "|---|---|"]
    lines += [f"| `{kind.value}` | {_EVENT_MEANINGS[kind]} |" for kind in EventKind]
    return _page(lines)


def texts_page() -> str:
    """Return the page of the messages that plugins and authorities may word themselves."""
    lines = [
        "# Message texts",
        "",
        HEAD,
        "",
        (
            "What people receive, and what a text in its place may hold: `MessageText`, from a plugin "
            "([register_message_texts](hooks.md#register_message_texts)) or in `AuthorityPack.message_texts`."
        ),
        (
            "Placeholders stand in braces, without formats or attributes. `{receipt}` and `{permit_type}` may stand in "
            "every text and may be left out; all others of a message say something of the case and have to stand in "
            "the body."
        ),
        (
            "The greeting, the sentence on fees (in messages to applicants) and the name of "
            "the office are added. An office with a text that cannot be used does not open, and names them all."
        ),
        "",
        "| message | goes to | must stand in the body |",
        "|---|---|---|",
    ]
    texts = list(_own_texts())
    lines += [
        f"| [{_text_title(kind, outcome)}](#{_anchor(_text_title(kind, outcome))}) "
        f"| {'supervisors' if kind in SUPERVISOR_KINDS else 'applicant'} "
        f"| {', '.join(f'`{{{name}}}`' for name in sorted(needed)) or '–'} |"
        for kind, outcome, _, needed in texts
    ]
    for kind, outcome, wording, _ in texts:
        lines += ["", f"## {_text_title(kind, outcome)}"]
        for language in LANGUAGES:
            subject, body = (translate(text, language) for text in (wording.subject, wording.body))
            lines += ["", f"`{language}`:", "", "```text", subject, "", body, "```"]
    return _page(lines)


def _own_texts() -> Iterator[tuple[EventKind, str, Any, frozenset[str]]]:
    """Yield each message with its outcome, our own words, and what a text in its place must hold."""
    for kind in EventKind:
        outcomes = tuple(HeldOutcome) if kind is EventKind.DOCUMENT_HOLD_ENDED else ("",)
        for outcome in outcomes:
            wording = DIGEST if kind is EventKind.MESSAGES_COLLECTED else wording_of(kind, outcome)
            found = placeholders_of(kind, outcome)
            if wording is not None and found is not None:
                yield kind, outcome, wording, found[1]


def _text_title(kind: EventKind, outcome: str) -> str:
    return f"{kind.value} ({outcome})" if outcome else kind.value


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")


_EVENT_FIELDS = {"kind": "What happened, see below.", "at": "Moment, with its offset from UTC."}
_KIND = EventKind
_EVENT_MEANINGS = {
    EventKind.BATCH_BEGUN: "in the history of a batch: something was asked for many records at once",
    EventKind.BATCH_CANCELLED: "in the history of a batch: what of it had not begun is not done",
    _KIND.APPLICATION_STARTED: "A draft was begun.",
    _KIND.DOCUMENT_ADDED: "A document was put into a slot.",
    _KIND.DOCUMENT_REMOVED: "A document was taken out or replaced; it stays on record.",
    _KIND.DOCUMENT_HELD: "An upload is kept without being in its slot; the data say why.",
    _KIND.DOCUMENT_HOLD_ENDED: "What an upload became that was kept.",
    _KIND.FORM_UPDATED: "Form data were changed.",
    _KIND.APPLICATION_SUBMITTED: "The application was handed in and got its receipt number.",
    _KIND.APPLICATION_RESUBMITTED: "What a correction asked for was handed in.",
    _KIND.STAGE_OPENED: "A stage can be worked on.",
    _KIND.STAGE_ASSIGNED: "A stage was given to an officer, by rotation or draw, or moved to another.",
    _KIND.STAGE_REQUESTED: "A stage that opens on request was asked for.",
    _KIND.PHOTO_ADDED: "A photograph of a site inspection was put in: `stage`, `sha256`.",
    _KIND.PHOTO_REMOVED: "A photograph was taken out before the minutes were written: `stage`, `sha256`.",
    _KIND.STAGE_DECIDED: "A stage was judged positive or negative.",
    _KIND.STAGE_RETURNED: "A stage's outcome was set aside; it is to be judged again.",
    _KIND.FILE_COMPLETE: "The file is complete: the clock starts.",
    _KIND.CORRECTION_REQUESTED: "The applicant is asked for a correction: the clock pauses.",
    _KIND.NOTICE_GIVEN: (
        "The applicant's side was notified of something that time runs from: `of`, `means` (`channel`, `opened`, "
        "`officer`), `by`, and the last day `until` where there is one."
    ),
    _KIND.NOTICE_MISSED: "No notice could be given for two days (`of`); supervisors are notified.",
    _KIND.CONFLICT_DECLARED: "An officer declared the case as their own or a relative's.",
    _KIND.JUMP_REQUESTED: "The officer of a stage asked to take the case before its turn.",
    _KIND.SIMILAR_NOTED: "An officer wrote down why the case continues although others ask for the same (`others`).",
    _KIND.OVERRIDE_RECORDED: "A second person allowed an exception, with the reason.",
    _KIND.DEADLINE_CHANGED: "A changed calendar moved the deadline; old and new are in the data.",
    _KIND.PAYMENT_AWAITED: "A payment stage is open and a part of the fee is outstanding; the applicant is notified.",
    _KIND.PAYMENT_RECORDED: "Money reached the official account.",
    _KIND.BILL_ISSUED: (
        "A payment provider made a bill for what is outstanding: `bill`, `provider`, `amount`, `expires_at`."
    ),
    _KIND.REFUND_OWED: "More was paid than the fee wants, or for a closed case: `amount` is owed back.",
    _KIND.REFUND_NOTED: "Money that was owed back was paid back.",
    _KIND.CLOCK_PAUSED: "Only the applicant's money is missing: the clock pauses.",
    _KIND.CLOCK_RESUMED: "The money is there, or an officer has something to do again: the clock continues.",
    _KIND.OUTSIDE_WAIT_BEGUN: "The office waits for another agency or an outside system; the clock runs on.",
    _KIND.OUTSIDE_WAIT_ENDED: "What was waited for outside is there, or no longer needed.",
    _KIND.CHECK_RECORDED: (
        "What an outside system answered about the applicant or the submission (`check`): `plugin`, `source`, "
        "`outcome` (`accepted`, `refused`, `unanswered`), `asked_at`, `submission`."
    ),
    _KIND.DEEMED_GRANTED: "The time limit passed in silence, and the law deems the application granted.",
    _KIND.ISSUING_HELD: "A letter cannot be issued without a person; supervisors are notified.",
    _KIND.APPLICATION_APPROVED: "The application was approved.",
    _KIND.APPLICATION_REOPENED: "An approval was set aside before a permit was issued; it is decided again.",
    _KIND.DECISION_ANNULLED: "A grant with a defect was annulled before a permit was issued; it is refused.",
    _KIND.APPLICATION_REFUSED: "The application was refused, with reasons and the way to object.",
    _KIND.APPLICATION_WITHDRAWN: "The applicant withdrew.",
    _KIND.APPLICATION_LAPSED: "The applicant did not answer a correction in time.",
    _KIND.DRAFT_ENDING: "No one worked on a draft for long; it will be removed after `ends_on`, or later.",
    _KIND.DRAFT_HANDED_OVER: (
        "A draft was given to another account: it was begun without one, and taken along at the login."
    ),
    _KIND.DRAFT_TYPE_CHANGED: (
        "A draft became one of another `permit_type`, with the fields that both have and all its documents."
    ),
    _KIND.DRAFT_DISCARDED: (
        "A draft was removed with its data: by its applicant, or after its time (`overdue`). Only the history remains."
    ),
    _KIND.NUMBER_TAKEN: "The permit's number was taken; the letter awaits its signature.",
    _KIND.VALUE_CONFIRMED: (
        "What the office says about a value that the catalogue assumes has changed; `path` and `digest` name the "
        "value, `paper` the document, `before` and `after` tell `no`, `proposed` or `yes`. It stands in the "
        "history of `catalogue:` and the code of the permit type (or `authority`), and is not sent to listeners."
    ),
    _KIND.STAFF_CHANGED: (
        "The record of an officer was changed, proposed or confirmed; `before` and `after` tell the "
        "post. It stands in the history of the officer's account, and is not sent to listeners."
    ),
    _KIND.MESSAGES_COLLECTED: (
        "Messages that waited for one recipient were brought together in one (`entries`). It stands in the outbox "
        "alone, and is not sent to listeners."
    ),
    _KIND.OUTGOING_CHANGED: (
        "Deliveries (`entries`) were tried again or dropped (`act`), for a `reason`. It stands in the history of the "
        "administration, and is not sent to listeners."
    ),
    _KIND.BANNER_CHANGED: (
        "An announcement (`banner`) was put up or taken down (`act`). It stands in the history of the "
        "administration, and is not sent to listeners."
    ),
    _KIND.FINDING_ACKNOWLEDGED: (
        "Someone took notice of a finding of the doctor (`code`, `finding`), as first or second person, or no longer "
        "(`act`), for a `reason`. It stands in the history of the administration, and is not sent to listeners."
    ),
    _KIND.CALENDAR_CHANGED: (
        "Days off of a `year` were proposed, confirmed or taken back (`act`). It stands in the history of the "
        "administration, and is not sent to listeners."
    ),
    _KIND.CATALOGUE_CHANGED: (
        "The office was opened with another catalogue: the packages `before` and `after`, and the versions of permit "
        "types that were `added`, `removed`, or `changed` under the same name. It stands in the history of the "
        "administration, and is not sent to listeners."
    ),
    _KIND.AUDIT_EXPORTED: (
        "Events of a time (`since`, `until`) were taken out without personal data. It stands in the history of the "
        "administration, and is not sent to listeners."
    ),
    _KIND.OWN_KEY_CHANGED: (
        "A key of the office was announced or replaced at once; `key` is its identifier, `change` "
        "tells which. It stands in the history of the key's purpose, and is not sent to listeners."
    ),
    _KIND.VERSION_REQUIRED: (
        "An operator raised the lowest version of the authority document that may be used "
        "(`lowest`), for a `reason`. It stands in the history of the document, and listeners are not "
        "called."
    ),
    _KIND.NUMBER_LOST: (
        "A number (or a place in the status list, `passed_place`) was used by a record that this database does not "
        "have, and is not given again. It stands in the history of lost numbers, and is not sent to listeners."
    ),
    _KIND.BINDING_CHANGED: (
        "A certificate was bound to a position, or its binding ended or was withdrawn; `before` and `after` "
        "tell position and days, `reason` why, where a person did it. It stands in the history of the position, and "
        "is not sent to listeners."
    ),
    _KIND.ATTEMPT_REFUSED: (
        "Someone wanted to decide what was decided already; `winner`, `outcome` and `decided_at` say "
        "what counts. Stands in the history only and is not delivered."
    ),
    _KIND.TRACKING_RENEWED: (
        "A new secret to follow the case by was given. Stands in the history only and is not delivered."
    ),
    _KIND.COMPLAINT_FILED: "A complaint was filed; `kind` and `due` say what about, and the last day of the answer.",
    _KIND.COMPLAINT_ASSIGNED: "An officer was named who handles a complaint.",
    _KIND.COMPLAINT_ANSWERED: "A complaint was answered.",
    _KIND.COMPLAINT_RETURNED: "The person who filed a complaint came back with its answer.",
    _KIND.COMPLAINT_WITHDRAWN: "A complaint was taken back.",
    _KIND.CASE_READ: (
        "An officer looked at a case, a paper of it (`slot`) or its permit (`of`), once for each day; `role`, `unit` "
        "and `stage` say in which part. Stands in the history of the looks at that case only and is not delivered."
    ),
    _KIND.COUNTER_SERVED: "Someone was served at the counter: `purpose`, `document` seen, `consent`, `submission`.",
    _KIND.ACCOUNT_RESTORED: "A public account was restored at the counter: `document` seen.",
    _KIND.SURVEY_ANSWERED: (
        "The satisfaction survey was answered; the answers stand elsewhere, without the case. Stands in the history "
        "only and is not delivered."
    ),
    _KIND.CLOCK_REPAIRED: (
        "Moments that a clock had written ahead of time were brought back; `latest` was the farthest of them, "
        "`to` is what they are now."
    ),
    _KIND.NUMBER_CANCELLED: "A number was given up; it stays in the register, with the reason.",
    _KIND.PERMIT_ISSUED: "The signed permit is in force from its first day.",
    _KIND.PERMIT_SUSPENDED: "The permit has no effect for a time (pembekuan).",
    _KIND.PERMIT_REINSTATED: "A suspension was lifted.",
    _KIND.PERMIT_REVOKED: "The permit's effect ended (pencabutan).",
    _KIND.PERMIT_ANNULLED: "The decision had a defect and was annulled (pembatalan).",
    _KIND.PERMIT_SUPERSEDED: "A newer permit took its place.",
    _KIND.PERMIT_RECOVERED: (
        "Its record was lost and was read back from the signed file; it is suspended until someone decides. "
        "`case_was_lost`: its case was lost as well, and was made again from the file."
    ),
}


def api_page() -> str:
    """Return the page of the public names."""
    lines = [
        "# Python API",
        "",
        HEAD,
        "",
        "These names are public; [Compatibility](compatibility.md) says what that promises."
        if COMPATIBILITY.exists()
        else "These names are public.",
        "Every other module or name has an underscore in its path and may change without notice.",
        "[Errors](errors.md) have a page of their own.",
        "`python-api.txt` beside this page is the list; a new name becomes public when it is added there.",
        "The docstrings hold arguments, results and errors: `help(perizinan_core.Office)`.",
    ]
    listed = PUBLIC_NAMES.read_text(encoding="utf-8").split()
    for room in ROOMS:
        module = importlib.import_module(room)
        names = [entry.rpartition(".")[2] for entry in listed if entry.rpartition(".")[0] == room]
        lines += ["", f"## {room}", "", *_sentences(_first_paragraph(module)), "", *_names(module, names)]
    return _page(lines)


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "cli.md": cli_page,
    "errors.md": errors_page,
    "portal.schema.json": portal_page,
    "upload-findings.md": findings_page,
    "events.md": events_page,
    "message-texts.md": texts_page,
    "python-api.md": api_page,
    "frictions.md": frictions.page,
}


def outdated() -> list[str]:
    """Return the names of the pages that do not say what the code says."""
    return [
        name
        for name, make in PAGES.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text(encoding="utf-8") != make()
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if arguments == ["--check"]:
        names = outdated()
        sys.stdout.writelines(f"out of date: docs/reference/{name}\n" for name in names)
        return 1 if names else 0
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")
    # Additions to the plugin interface; what went is not written, and a test names it.
    plugin_interface.record()
    return 0


def _commands(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        # Commands of installed plugins are the plugins' to describe.
        context = click.Context(command, info_name="perizinan")
        if not path:
            context.params["no_plugins"] = True
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands(inner, (*path, name))


def _option(item: click.Option) -> str:
    names = ", ".join(f"`{name}`" for name in (*item.opts, *item.secondary_opts))
    if not item.is_flag and item.type is not click.BOOL:
        choices = "\\|".join(getattr(item.type, "choices", ()))
        shortly = item.metavar or item.type.name.upper().partition(" ")[0]
        names += f" {choices if 0 < len(choices) < _LONG else shortly}"
    default = item.default
    if isinstance(default, bool):
        default = item.opts[0] if default else item.secondary_opts[0] if item.secondary_opts else None
    shown = "" if default in (None, ()) or "UNSET" in repr(default) else f"`{default}`"
    meaning = _cell(translate(item.help or "", "en"))
    if len("".join(choices := getattr(item.type, "choices", ()))) > _LONG:
        meaning += " One of " + ", ".join(f"`{choice}`" for choice in choices) + "."
    if item.required:
        meaning += " Required."
    if item.multiple and not isinstance(item, Once) and "repeat" not in meaning:
        meaning += " May be repeated."
    if item.envvar:
        meaning += f" Environment: `{item.envvar}`."
    return f"| {names} | {shown} | {meaning.strip()} |"


def _tree(kind: type[PerizinanError], indent: str) -> Iterator[str]:
    yield f"{indent}{kind.__name__}"
    for inner in sorted(_children(kind), key=lambda item: item.__name__):
        yield from _tree(inner, indent + "  ")


def _children(kind: type[PerizinanError]) -> list[type[PerizinanError]]:
    # attrs may leave a class of the same name behind; a plugin's or test's errors are not ours to list.
    found = {
        inner.__name__: inner
        for inner in kind.__subclasses__()
        if inner.__module__.startswith("perizinan_core.errors.")
    }
    return list(found.values())


def _descendants(kind: type[PerizinanError]) -> Iterator[type[PerizinanError]]:
    yield kind
    for inner in _children(kind):
        yield from _descendants(inner)


def _names(module: Any, names: list[str]) -> list[str]:
    lines = ["| name | |", "|---|---|"]
    for name in names:
        value = getattr(module, name)
        if inspect.isroutine(value) or inspect.isclass(value):
            meaning = _first_paragraph(value)
        else:
            meaning = _field_notes(_home(module, name)).get(("", name)) or _PLAIN_NOTES[name]
        lines.append(f"| `{name}` | {_cell(meaning)} |")
    return lines


def _home(module: Any, name: str) -> Any:
    """Return the module that defines what a package exports."""
    own = Path(str(module.__file__))
    names = own.with_name("_names.py")
    for path in (own, names) if own.name == "__init__.py" and names.exists() else (own,):
        for item in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(item, ast.ImportFrom) and item.module and name in {one.name for one in item.names}:
                return _home(importlib.import_module(item.module), name)
    return module


_PLAIN_NOTES = {
    "Answer": "A `Page`, a `Redirect`, a `Download` or a response of Starlette.",
    "Applicant": "A `Person` or an `Organisation`.",
    "CONTRACT_VERSION": "Version of what templates can rely on.",
    "DEFAULT_LANGUAGE": "Language where no one chose one.",
    "EXIT_CODES": "Exit code of each verdict.",
    "KBLI_EDITIONS": "Editions of the classification of business fields that are known.",
    "LANGUAGES": "Languages that sentences come in.",
    "SYSTEM": "The actor of what happens by itself.",
    "hookimpl": "Decorator that marks a function of a plugin as the implementation of a hook.",
}


def _field_notes(module: Any) -> dict[tuple[str, str], str]:
    """Return the texts under the fields of classes (class, field) and under constants ("", name)."""
    notes: dict[tuple[str, str], str] = {}
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    bodies = [
        ("", tree.body),
        *((item.name, item.body) for item in tree.body if isinstance(item, ast.ClassDef)),
    ]
    for owner, body in bodies:
        for statement, after in itertools.pairwise(body):
            name = _assigned(statement)
            if name and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                notes[owner, name] = inspect.cleandoc(str(after.value.value)).split("\n\n")[0]
    return notes


def _assigned(statement: ast.stmt) -> str | None:
    target: ast.expr | None = None
    if isinstance(statement, ast.AnnAssign):
        target = statement.target
    elif isinstance(statement, ast.Assign):
        target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else None


def _default(item: Any) -> str:
    value = item.default
    if value is attrs.NOTHING:
        return "required"
    if isinstance(value, attrs.Factory):  # type: ignore[arg-type]
        return "empty"
    if value is None or value == ():
        return "none"
    return f"`{json.dumps(str(value) if isinstance(value, Path) else value)}`"


def _class_name(kind: Any) -> str:
    return kind if isinstance(kind, str) else str(kind.__name__)


def _short_module(kind: type) -> str:
    return kind.__module__.removeprefix("perizinan_core.")


def _first_paragraph(value: Any) -> str:
    text = inspect.getdoc(value) or ""
    return " ".join(text.split("\n\n")[0].split())


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.:]) (?=[A-Z])", text)


def _cell(text: str) -> str:
    text = " ".join(text.split()).replace("|", "\\|").replace("``", "`")
    return re.sub(r"<([^<>]*)>", r"\\<\1\\>", text)


def _page(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
