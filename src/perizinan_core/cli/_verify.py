"""
``perizinan verify``: judge permits at the command line.

Exit code: 0 valid, 10 not valid, 11 unsigned, 12 wrong issuer, 13 not in force, 14 indeterminate,
15 unreadable; the highest of several files; 2 when the command itself was used wrongly.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import attrs
import click

from perizinan_core.cli._moments import moment_option, read_moment
from perizinan_core.cli._numbers import FiniteRange
from perizinan_core.cli._outputs import check_output
from perizinan_core.cli._quiet import quiet
from perizinan_core.cli._verify_authority import AuthorityOptions, authority_options
from perizinan_core.cli._verify_report import ReportFile
from perizinan_core.cli._verify_run import VerifyRun
from perizinan_core.cli._verify_status import StatusOptions, status_options
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.published import StatusUnavailableError
from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, translate
from perizinan_core.published import AuthorityDocument, StatusChoice, StatusSource
from perizinan_core.verification import AuthoritySet, Limits, StatusOf, Verifier
from perizinan_core.verification._copies import CodeReader
from perizinan_core.verification._file_verifier import FileVerifier, Policy

__all__ = [
    "OPEN_STATUS_SOURCE",
    "StatusSourceFactory",
    "open_records",
    "verify_command",
]

StatusSourceFactory = Callable[[str, AuthorityDocument], AbstractContextManager[StatusSource]]
"""Opens the office's records at an address for one authority's permits."""

OPEN_STATUS_SOURCE = "open_status_source"
"""Key of the context object under which another `StatusSourceFactory` can be handed in."""

_DEFAULT_FACTORY = "perizinan_core.bootstrap._status_source"
"""Module whose ``open_status_source`` is used otherwise; imported only for ``--records``."""

_SECONDS = 20.0


@click.command("verify", help="Periksa izin: asli, diterbitkan yang berwenang, dan masih berlaku?")
@click.argument(
    "files",
    metavar="FILE|DIR|ARCHIVE…",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)
@authority_options
@click.option(
    "--signature-only", is_flag=True, help="Periksa tanda tangan PDF apa pun; tidak harus sebuah izin."
)
@click.option(
    "--roots",
    multiple=True,
    metavar="DIR|PEM|DER|indonesia",
    help="Sertifikat induk yang dipercaya untuk --signature-only; boleh berulang.",
)
@click.option(
    "--revocation",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Jawaban OCSP atau CRL tambahan untuk --signature-only: berkas atau folder; boleh berulang.",
)
@click.option(
    "--policy",
    type=click.Choice([item.value for item in Policy]),
    default=Policy.STANDARD.value,
    show_default=True,
    help="strict: layanan stempel waktu yang berakhir, atau pencabutan yang tidak ditanyakan, berarti tidak pasti.",
)
@status_options
@moment_option
@click.option("--json", "as_json", is_flag=True, help="Satu baris JSON untuk tiap berkas.")
@click.option(
    "--max-bytes", type=click.IntRange(min=1), default=None, help="Ukuran berkas terbesar, dalam byte."
)
@click.option(
    "--time-limit",
    type=FiniteRange(min=0.01, max=86400),
    default=_SECONDS,
    show_default=True,
    help="Detik paling lama untuk satu berkas.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    help="Banyaknya proses pemeriksa; bawaan: satu tiap inti.",
)
@click.option(
    "--resume",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Berkas catatan: berkas yang sudah diperiksa dan tidak berubah dilewati bila perintah diulang.",
)
@click.option(
    "--report",
    "report_path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Tulis laporan tercetak (PDF): satu halaman tiap berkas, atau satu ringkasan.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default=None, help="Bahasa keluaran: id atau en.")
@click.pass_context
def verify_command(
    ctx: click.Context,
    *,
    files: tuple[Path, ...],
    authority_path: Path | None,
    authority_key: str | None,
    folder: Path | None,
    directory_path: Path | None,
    directory_key: str | None,
    signature_only: bool,
    roots: tuple[str, ...],
    revocation: tuple[Path, ...],
    policy: str,
    records: str | None,
    status_list: str | None,
    status_copy: Path | None,
    status_max_age: float | None,
    no_status: bool,
    moment: str | None,
    as_json: bool,
    max_bytes: int | None,
    time_limit: float,
    jobs: int | None,
    resume: Path | None,
    report_path: Path | None,
    language: str | None,
) -> None:
    """Print a report per file and exit with the highest code."""
    shared = ctx.find_object(dict) or {}
    language = language or shared.get("language") or DEFAULT_LANGUAGE
    ctx.with_resource(quiet("pyhanko", "pyhanko_certvalidator", level=logging.CRITICAL))
    limits = Limits(code_seconds=min(Limits().code_seconds, time_limit / 4))
    if max_bytes is not None:
        limits = attrs.evolve(limits, max_bytes=max_bytes)
    options = StatusOptions(
        records=records, status=status_list, copy=status_copy, max_age=status_max_age, no_status=no_status
    )
    offices = AuthorityOptions(
        path=authority_path,
        key=authority_key,
        folder=folder,
        directory=directory_path,
        directory_key=directory_key,
    )
    if moment is None and resume is not None:
        from perizinan_core.verification.bulk._resume import ResumeFile

        moment = ResumeFile.moment(resume)  # the rest of a run is judged for the same moment
    named = [
        *files,
        *filter(None, [authority_path, directory_path]),
        *map(Path, roots),
        *revocation,
    ]
    read = [*named, *([Path(status_list)] if status_list is not None else [])]
    check_output("--report", report_path, read, language)
    check_output("--status-copy", status_copy, [*named, *filter(None, [resume, report_path])], language)
    run = VerifyRun(
        files=files,
        as_json=as_json,
        seconds=time_limit,
        language=language,
        jobs=jobs,
        resume=resume,
        report_file=ReportFile(report_path, language) if report_path is not None else None,
        max_bytes=limits.max_bytes,
        identity=repr(
            (
                authority_key,
                directory_key,
                roots,
                [str(path) for path in revocation],
                options,
                max_bytes,
                policy,
            )
        ),
    )
    if signature_only:
        given = {
            **offices.given,
            "--records": records,
            "--status": status_list,
            "--status-copy": status_copy,
            "--status-max-age": status_max_age,
        }
        refused = [name for name, value in given.items() if value is not None]
        if refused:
            sentence = N_("--signature-only judges signatures and no permits: leave out {options}.")
            raise click.UsageError(translate(sentence, language, options=", ".join(refused)))
        # Each way to judge loads what it needs: starting takes longer than judging a file.
        from perizinan_core.cli._verify_signatures import open_signature_verifier

        signatures = open_signature_verifier(roots, revocation, limits, Policy(policy), language)
        ctx.exit(run.judge_all(signatures, read_moment(moment, "WIB", language)))
    if roots or revocation:
        sentence = N_("Give --authority for permits, or --signature-only with --roots for any signed PDF.")
        raise click.UsageError(translate(sentence, language))
    authority = offices.read(language)
    at = read_moment(moment, "WIB" if isinstance(authority, AuthoritySet) else authority.time_zone, language)
    offices.check_status(options, language)
    run.identity += offices.identity(authority)
    factory = shared.get(OPEN_STATUS_SOURCE)

    def judge_with(status: StatusChoice | StatusOf, codes: CodeReader | None = None) -> Verifier:
        return Verifier(authority, status=status, limits=limits, policy=Policy(policy), codes=codes)

    with open_records(records, authority, factory, language) as status:
        source = status if status is not None else offices.status(authority, options, at)
        if not run.is_large:
            ctx.exit(run.judge_all(judge_with(source), at))

    @contextlib.contextmanager
    def open_judge() -> Iterator[FileVerifier]:
        # In each worker again: a connection to a database does not survive a fork. Workers are confined already.
        from perizinan_core.verification._copies import codes_here

        with open_records(records, authority, factory, language) as inner:
            yield judge_with(source if inner is None else inner, codes_here)

    ctx.exit(run.judge_all(judge_with(None), at, open_judge))


@contextlib.contextmanager
def open_records(
    url: str | None,
    authority: AuthorityDocument | AuthoritySet,
    factory: StatusSourceFactory | None,
    language: str,
) -> Iterator[StatusSource | None]:
    """Open the office's records at ``url`` through ``factory``; None: no one is asked."""
    if url is None or isinstance(authority, AuthoritySet):
        yield None
        return
    if factory is None:
        try:
            factory = importlib.import_module(_DEFAULT_FACTORY).open_status_source
        except ImportError as error:
            sentence = N_("--records: this installation cannot read office records; leave the option out.")
            raise click.UsageError(translate(sentence, language)) from error
    with contextlib.ExitStack() as stack:
        try:
            source = stack.enter_context(factory(url, authority))
        except StatusUnavailableError as error:
            # What is wrong with the records says more than that the status cannot be read.
            told = error.__cause__ if isinstance(error.__cause__, PerizinanError) else error
            raise click.UsageError(f"--records: {told.message(language)}") from error
        yield source
