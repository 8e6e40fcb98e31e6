"""
``perizinan cases take-in|upload|submit|withdraw``: the applicant's side, at the counter.

The operator of the machine acts for the applicant here, as a portal does for someone who is logged in;
``--officer`` names the clerk. Files lie on disk: ``application.toml`` says who applies for what, and the name of
every other file begins with the code of the paper that it is (``ktp.jpg``; a second one: ``ktp.2.jpg``).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import attrs
import click

from perizinan_core._converters import from_json
from perizinan_core.bootstrap import Office
from perizinan_core.catalogue import describe_period
from perizinan_core.cli._acting import at_counter as clerk_of
from perizinan_core.cli._acting import counter_option
from perizinan_core.cli._case_lookup import echo, find_case, tell_state
from perizinan_core.cli._settings import language_of, open_office
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._applicant import Applicant, Organisation, Person, Representative
from perizinan_core.model._kinds import ApplicationKind
from perizinan_core.model._receipt import Receipt

__all__ = ["submit_command", "take_in_command", "upload_command", "withdraw_command"]

FILE = "application.toml"
"""Who applies, with what form data."""

_KEEP_GOING = N_(
    "Draft {case} is kept. Put right what is named above, then run: perizinan cases upload {case} PAPER FILE, and "
    "perizinan cases submit {case}"
)


@attrs.frozen(kw_only=True)
class CounterFile:
    """What ``application.toml`` holds."""

    applicant: Mapping[str, Any]
    """The person or organisation; ``type`` is ``person`` where it is left out."""

    representative: Mapping[str, Any] | None = None
    """The person who acts for the applicant."""

    form: Mapping[str, Any] = attrs.field(factory=dict)
    kind: ApplicationKind = ApplicationKind.NEW
    previous_permit: str | None = None
    """Number of the permit that is renewed, amended, duplicated or given up."""

    account: str | None = None
    """The applicant's public account, where there is one."""

    at_counter: tuple[str, ...] = ()
    """Papers whose originals are shown instead."""


@click.command(
    "take-in",
    help=f"Terima di loket permohonan JENIS izin dari FOLDER: {FILE} dan berkas persyaratan "
    "(nama berkas diawali kode persyaratan, mis. ktp.jpg), lalu ajukan dan cetak nomor tanda terima.",
)
@click.argument("permit_type", metavar="JENIS")
@click.argument("folder", metavar="FOLDER", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis tanda terima bertanda tangan (JSON) ke berkas ini.",
)
@click.option("--quiet", is_flag=True, help="Cetak hanya nomor tanda terima, untuk skrip.")
@counter_option()
@click.pass_obj
def take_in_command(
    obj: dict[str, Any],
    *,
    permit_type: str,
    folder: Path,
    receipt: Path | None,
    quiet: bool,
    officer: str | None,
) -> None:
    """Begin an application with what lies in a folder, and hand it in."""
    language = language_of(obj)
    given = _read(folder / FILE)
    with open_office(obj) as office:
        actor = clerk_of(office, officer)
        previous = None
        if given.previous_permit is not None:
            previous = office.permits.get_by_number(given.previous_permit, actor=actor).id
        case = office.applications.start(
            permit_type,
            applicant=_applicant(given.applicant),
            actor=actor,
            kind=given.kind,
            form=given.form,
            representative=_representative(given),
            previous_permit=previous,
            owner=given.account,
        )
        try:
            for slot, path in _papers(folder):
                _upload(office, case.id, slot, path, actor)
                if not quiet:
                    _tell_paper(slot, path, language)
            handed_in = _submit(office, case.id, given.at_counter, receipt, actor)
        except PerizinanError:
            click.echo(translate(_KEEP_GOING, language, case=case.id), err=True)
            raise
    if quiet:
        click.echo(handed_in.receipt_number)
    else:
        _tell_receipt(handed_in, receipt, language)


@click.command("upload", help="Masukkan BERKAS sebagai PERSYARATAN dalam PERKARA (konsep atau perbaikan).")
@click.argument("case", metavar="PERKARA")
@click.argument("slot", metavar="PERSYARATAN")
@click.argument(
    "paths",
    metavar="BERKAS…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d"]), help="Hari terakhir berlakunya persyaratan.")
@click.option("--replaces", metavar="FILE", help="Nama berkas yang diganti.")
@counter_option()
@click.pass_obj
def upload_command(
    obj: dict[str, Any],
    *,
    case: str,
    slot: str,
    paths: tuple[Path, ...],
    expires: datetime | None,
    replaces: str | None,
    officer: str | None,
) -> None:
    """Put files into the place for a paper."""
    language = language_of(obj)
    with open_office(obj) as office:
        actor = clerk_of(office, officer)
        found = find_case(office, case, actor)
        old = None
        if replaces is not None:
            names = {item.file_name: item.id for item in found.current_documents() if item.slot == slot}
            if replaces not in names:
                known = ", ".join(sorted(names)) or "-"
                told = N_("--replaces {name}: there is no such file for {paper}. There are: {known}.")
                raise click.UsageError(translate(told, language, name=replaces, paper=slot, known=known))
            old = names[replaces]
        last = expires.date() if expires is not None else None
        for path in paths:
            _upload(office, found.id, slot, path, actor, expires_on=last, replaces=old)
            _tell_paper(slot, path, language)
            old = None


@click.command("submit", help="Ajukan PERKARA: konsep, atau jawaban atas permintaan perbaikan.")
@click.argument("case", metavar="PERKARA")
@click.option(
    "--at-counter",
    "at_counter",
    multiple=True,
    metavar="PERSYARATAN",
    help="Persyaratan yang aslinya diperlihatkan.",
)
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis tanda terima bertanda tangan (JSON) ke berkas ini.",
)
@counter_option()
@click.pass_obj
def submit_command(
    obj: dict[str, Any], *, case: str, at_counter: tuple[str, ...], receipt: Path | None, officer: str | None
) -> None:
    """Hand a draft or a correction in."""
    with open_office(obj) as office:
        actor = clerk_of(office, officer)
        found = find_case(office, case, actor)
        handed_in = _submit(office, found.id, at_counter, receipt, actor)
    _tell_receipt(handed_in, receipt, language_of(obj))


@click.command("withdraw", help="Cabut permohonan PERKARA atas permintaan pemohon.")
@click.argument("case", metavar="PERKARA")
@click.option("--reason", default="", help="Alasan, bila disebutkan.")
@counter_option()
@click.pass_obj
def withdraw_command(obj: dict[str, Any], *, case: str, reason: str, officer: str | None) -> None:
    """Withdraw an application for the applicant."""
    with open_office(obj) as office:
        actor = clerk_of(office, officer)
        found = find_case(office, case, actor)
        done = office.applications.withdraw(found.id, actor=actor, reason=reason)
    tell_state(done, language_of(obj))


def _read(path: Path) -> CounterFile:
    """Read the file; days may be written as TOML days."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{path}: {error}") from error
    return from_json(CounterFile, _plain(data))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _applicant(data: Mapping[str, Any]) -> Person | Organisation:
    found: Person | Organisation = from_json(Applicant, {"type": "person", **data})  # type: ignore[arg-type]  # either of two
    return found


def _representative(given: CounterFile) -> Representative | None:
    if given.representative is None:
        return None
    return Representative(person=from_json(Person, dict(given.representative)))


def _papers(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.name != FILE and not path.name.startswith("."):
            yield path.name.partition(".")[0], path


def _upload(
    office: Office,
    case: str,
    slot: str,
    path: Path,
    actor: Actor,
    *,
    expires_on: date | None = None,
    replaces: str | None = None,
) -> None:
    with path.open("rb") as stream:
        office.applications.upload(
            case,
            slot,
            stream,
            file_name=path.name,
            actor=actor,
            expires_on=expires_on,
            replaces=replaces,
        )


def _submit(
    office: Office, case: str, at_counter: tuple[str, ...], path: Path | None, actor: Actor
) -> Receipt:
    given = office.applications.submit(case, actor=actor, at_counter=frozenset(at_counter))
    if path is not None:
        path.write_bytes(office.applications.signed_receipt(case, actor=actor))
    return given


def _tell_paper(slot: str, path: Path, language: str) -> None:
    echo(N_("{paper}: {file} was accepted."), language, paper=slot, file=path.name)


def _tell_receipt(given: Receipt, path: Path | None, language: str) -> None:
    echo(
        N_("Receipt {number}; the office has {limit} once the file is complete. Fee: Rp{fee}."),
        language,
        number=given.receipt_number,
        limit=describe_period(given.time_limit, language),
        fee=f"{given.fee.amount:,}".replace(",", "."),
    )
    if path is not None:
        echo(N_("Written: {path}"), language, path=path)
