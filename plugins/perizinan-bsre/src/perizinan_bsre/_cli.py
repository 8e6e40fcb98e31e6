"""``perizinan bsre``: codes of officers, the activation of the seal, and documents that the office seals."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from perizinan_bsre._errors import BsreError
from perizinan_bsre._settings import BsreSettings
from perizinan_core.hooks import PluginContext
from perizinan_core.i18n import DEFAULT_LANGUAGE, N_, translate

if TYPE_CHECKING:
    from perizinan_bsre._esign import Esign
    from perizinan_bsre._seal import Seal

__all__ = ["HELP", "bsre_group"]

HELP = "Layanan BSrE: status pejabat, kode sekali pakai, dan segel instansi."


def bsre_group(context: PluginContext[BsreSettings]) -> click.Group:
    """Return the group of commands."""
    return click.Group("bsre", commands=[*_for_officers(context), *_for_the_seal(context)], help=HELP)


def _for_officers(context: PluginContext[BsreSettings]) -> list[click.Command]:
    @click.command(
        "status", help="Status sertifikat pejabat JABATAN di BSrE; hanya ISSUE dapat menandatangani."
    )
    @click.argument("position", metavar="JABATAN")
    @click.pass_context
    def status(ctx: click.Context, *, position: str) -> None:
        found = _esign(context).status(_signer(context, position))
        click.echo(f"{position}: {found.value}")
        ctx.exit(0 if found.value == "ISSUE" else 1)

    @click.command("send-code", help="Minta BSrE mengirim kode sekali pakai kepada pejabat JABATAN.")
    @click.argument("position", metavar="JABATAN")
    @click.option("--files", type=click.IntRange(min=1), default=1, help="Banyaknya surat; bawaan: 1.")
    @click.pass_context
    def send_code(ctx: click.Context, *, position: str, files: int) -> None:
        _esign(context).send_code(_signer(context, position), files)
        _say(ctx, N_("BSrE sends a code for {count} letter(s) to the officer."), count=files)

    return [status, send_code]


def _for_the_seal(context: PluginContext[BsreSettings]) -> list[click.Command]:
    @click.command("activate", help="Minta BSrE mengirim kode aktivasi segel kepada penanggung jawabnya.")
    @click.pass_context
    def activate(ctx: click.Context) -> None:
        _seal(context).activate()
        _say(ctx, N_("BSrE sends an activation code to the person in charge of the seal."))

    @click.command("refresh", help="Ganti kode aktivasi segel yang masih berlaku dengan yang baru.")
    @_code_option
    @click.pass_context
    def refresh(ctx: click.Context, *, code_file: Path | None) -> None:
        fresh = _seal(context).refresh(_code(ctx, code_file))
        if code_file is None:
            click.echo(fresh.value)
        else:
            _replace(code_file, fresh.value)
        _say(
            ctx, N_("The activation code is new; valid until: {until}"), err=True, until=fresh.expires or "-"
        )

    @click.command("revoke", help="Akhiri aktivasi segel.")
    @_code_option
    @click.pass_context
    def revoke(ctx: click.Context, *, code_file: Path | None) -> None:
        _seal(context).revoke(_code(ctx, code_file))
        _say(ctx, N_("The activation of the seal has ended."))

    @click.command("seal", help="Segel BERKAS (PDF) atas nama instansi.")
    @click.argument("file", metavar="BERKAS", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Nama berkas bersegel; bawaan: NAMA-segel.pdf di samping BERKAS.",
    )
    @click.option("--reason", help="Alasan yang ditulis dalam segel.")
    @click.option("--location", help="Tempat yang ditulis dalam segel.")
    @_code_option
    @click.pass_context
    def seal(
        ctx: click.Context,
        *,
        file: Path,
        out: Path | None,
        reason: str | None,
        location: str | None,
        code_file: Path | None,
    ) -> None:
        from perizinan_bsre._seal import BsreSealer
        from perizinan_bsre._sealing_files import seal_file
        from perizinan_core.signing import SigningRequest

        target = out or file.with_name(f"{file.stem}-segel.pdf")
        request = SigningRequest(signed_at=context.clock(), reason=reason, location=location)
        name = seal_file(file, target, lambda: BsreSealer(_seal(context), _code(ctx, code_file)), request)
        _say(ctx, N_("Sealed by {name}: {path}"), name=name, path=target)

    return [activate, refresh, revoke, seal]


_code_option = click.option(
    "--code-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Berkas berisi kode aktivasi segel; bawaan: ditanyakan.",
)


def _esign(context: PluginContext[BsreSettings]) -> Esign:
    from perizinan_bsre._esign import Esign

    return Esign(context.settings)


def _seal(context: PluginContext[BsreSettings]) -> Seal:
    from perizinan_bsre._seal import Seal

    return Seal(_esign(context))


def _signer(context: PluginContext[BsreSettings], position: str) -> str:
    """Return NIK or mail address of the officer with a position."""
    from perizinan_bsre._plugin import signer_of

    address = context.office().settings.signing.signers.get(position, "-")
    if not address.startswith("bsre:"):
        raise BsreError("bsre-position", position=position)
    return signer_of(address)


def _code(ctx: click.Context, path: Path | None) -> str:
    """Return the activation code: from its file, or from the person at the terminal."""
    if path is not None:
        code = path.read_text(encoding="utf-8").strip()
    elif sys.stdin.isatty():
        code = str(click.prompt(_words(ctx, N_("Activation code of the seal")), hide_input=True)).strip()
    else:
        code = ""
    if not code:
        raise BsreError("bsre-secret", wanted="activation")
    return code


def _replace(path: Path, code: str) -> None:
    """Put another code into its file, which is whole before and after."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(f"{code}\n", encoding="utf-8")
    fresh.replace(path)


def _say(ctx: click.Context, sentence: str, *, err: bool = False, **fields: Any) -> None:
    click.echo(_words(ctx, sentence, **fields), err=err)


def _words(ctx: click.Context, sentence: str, **fields: Any) -> str:
    language = str((ctx.obj or {}).get("language") or DEFAULT_LANGUAGE)
    return translate(sentence, language, **fields)
