"""``perizinan verify-serve``: the page alone, from an authority document, without an office."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.published import AuthorityDocumentError, StatusUnavailableError
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, add_locale_dir, translate
from perizinan_core.published import NO_STATUS, STATUS_LIST_FILE, NoStatus, read_authority_document
from perizinan_core.verification import AuthoritySet
from perizinan_verify._app import StatusGiven, create_app
from perizinan_verify._serving import serve
from perizinan_verify._settings import PageSettings

__all__ = ["verify_serve_command"]

_DEFAULTS = PageSettings()
_MEBIBYTE = 1024 * 1024


@click.command("verify-serve", help="Sajikan halaman dan API pemeriksaan izin, tanpa basis data.")
@click.option(
    "--authority",
    "paths",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Dokumen otoritas (authority.json); boleh beberapa, untuk beberapa instansi.",
)
@click.option(
    "--authorities",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder dokumen otoritas banyak instansi (NAMA-SINGKAT.json), dengan daftar statusnya (NAMA-SINGKAT.cwt).",
)
@click.option("--authority-key", help="Sidik jari kunci yang harus menandatangani dokumen otoritas.")
@click.option("--records", metavar="URL", help="Basis data instansi, untuk status izin (satu instansi saja).")
@click.option(
    "--status",
    metavar="PATH|URL",
    help="Daftar status instansi (satu instansi saja); bawaan: di samping authority.json.",
)
@click.option("--no-status", is_flag=True, help="Jangan periksa status; tiap jawaban menyebutkannya.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--root-path", default="", help="Alamat di depan halaman, bila proksi memotongnya.")
@click.option(
    "--max-mb",
    type=click.FloatRange(min=0.01),
    default=_DEFAULTS.max_bytes / _MEBIBYTE,
    show_default=True,
    help="Ukuran berkas terbesar, dalam MB.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0.1),
    default=_DEFAULTS.seconds,
    show_default=True,
    help="Detik paling lama untuk satu berkas.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=_DEFAULTS.workers, help="Banyaknya proses pemeriksa."
)
@click.pass_obj
def verify_serve_command(
    obj: dict[str, object] | None,
    *,
    paths: tuple[Path, ...],
    folder: Path | None,
    authority_key: str | None,
    records: str | None,
    status: str | None,
    no_status: bool,
    host: str,
    port: int,
    root_path: str,
    max_mb: float,
    time_limit: float,
    workers: int,
) -> None:
    """Check the authority documents, say where the page is, and serve it."""
    language = str((obj or {}).get("language") or DEFAULT_LANGUAGE)
    add_locale_dir(Path(__file__).parent / "locale")
    if sum((records is not None, status is not None, no_status)) > 1:
        raise click.UsageError(translate(_CONTRADICTION, language))
    if bool(paths) == (folder is not None):
        raise click.UsageError(translate(_WHOSE, language))
    if folder is not None:
        try:
            paths = tuple(folder / f"{slug}.json" for slug in AuthoritySet.open(folder).slugs)
        except PerizinanError as error:
            raise click.UsageError(error.message(language)) from error
    if (records or status) and len(paths) > 1:
        raise click.UsageError(translate(_ONE_OFFICE, language))
    settings = PageSettings(max_bytes=int(max_mb * _MEBIBYTE), seconds=time_limit, workers=workers)
    with contextlib.ExitStack() as stack:
        try:
            given = NO_STATUS if no_status else status
            sources = _sources(stack, paths, authority_key, records, given, named=folder is not None)
            app = create_app(
                list(paths),
                status=sources,
                status_list=_lists(paths, authority_key) if records is not None else None,
                authority_key=authority_key,
                settings=settings,
            )
        except (AuthorityDocumentError, StatusUnavailableError) as error:
            raise click.UsageError(error.message(language)) from error
        except ValueError as error:
            raise click.UsageError(translate(_TWICE, language)) from error
        sentence = N_("Verification page: {address} (stop with Ctrl+C)")
        click.echo(translate(sentence, language, address=f"http://{host}:{port}/"))
        serve(app, host, port, root_path=root_path)


_WHOSE = N_("Give --authority FILE (once for each office), or --authorities FOLDER; not both.")
_ONE_OFFICE = N_("--records and --status belong to one office; give one --authority with them.")
_CONTRADICTION = N_("--records, --status and --no-status contradict each other: choose one of them.")
_TWICE = N_("--authority: two of the documents are of the same office. Give each office once.")


def _sources(
    stack: contextlib.ExitStack,
    paths: tuple[Path, ...],
    key: str | None,
    records: str | None,
    status: str | NoStatus | None,
    *,
    named: bool,
) -> dict[str, StatusGiven]:
    """Return who knows about revocations, in the order of ``perizinan verify``."""
    found: dict[str, StatusGiven] = {}
    for path in paths:
        authority = read_authority_document(path.read_bytes(), authority_key=key)
        if isinstance(status, NoStatus):
            found[authority.slug] = status
        elif records is not None:
            # Only here, so that the page itself needs no database library.
            from perizinan_core.bootstrap import open_status_source

            found[authority.slug] = stack.enter_context(open_status_source(records, authority))
        elif status is not None:
            found[authority.slug] = status
        elif authority.status_list is not None:
            # In a folder of many offices each list bears the name of its office.
            found[authority.slug] = path.with_suffix(".cwt") if named else path.parent / STATUS_LIST_FILE
    return found


def _lists(paths: tuple[Path, ...], key: str | None) -> dict[str, Path | str]:
    """Return the lists that browsers may fetch where files are judged by the office's records."""
    known = {path: read_authority_document(path.read_bytes(), authority_key=key) for path in paths}
    return {
        authority.slug: path.parent / STATUS_LIST_FILE
        for path, authority in known.items()
        if authority.status_list is not None
    }
