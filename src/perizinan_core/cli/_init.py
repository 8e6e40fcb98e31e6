"""``perizinan init``: an office in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from perizinan_core.bootstrap import Office, load_plugins, load_settings, migrate_database
from perizinan_core.errors.bootstrap import BootstrapError
from perizinan_core.i18n import N_, translate

__all__ = ["init_command"]

_TEMPLATE = """\
# Pengaturan instansi. Lokasi relatif dihitung dari folder berkas ini.
# Rahasia tidak pernah ditulis di sini: tulis env:NAMA atau file:LOKASI.

[office]
authority = "{authority}"
language = "id"

[storage]
database = "sqlite:///data/perizinan.db"        # atau postgresql+psycopg://pengguna@host/nama
# database_password = "env:PERIZINAN_DATABASE_PASSWORD"
documents = "folder:data/documents"
incoming = "data/incoming"                      # berkas yang sedang dikirim pemohon
keys = "file:keys/storage.json"                 # kunci enkripsi data pribadi: cadangkan terpisah

[signing]
development = {development}                            # true: sertifikat pengembangan, surat tidak berlaku
# roots = ["keys/root-ca.pem"]
# [signing.signers]
# kepala-dinas = "file:keys/kepala-dinas.p12"
# [signing.secrets]
# kepala-dinas = "env:PERIZINAN_SIGNER_SECRET"

[plugins]
channels = ["mail-folder"]

[plugin.mail-folder]
folder = "outbox"
"""

_WAITING = N_(
    "{count} kinds of permits wait until the office confirms what they rest on: perizinan catalogue assumed"
)


@click.command("init", help="Siapkan instansi dalam sebuah folder: pengaturan, kunci, basis data.")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--authority", required=True, metavar="SLUG", help="Pemerintah daerah, dari plugin terpasang.")
@click.option(
    "--development/--no-development",
    default=False,
    help="Tanda tangani dengan sertifikat pengembangan (surat tidak berlaku).",
)
@click.pass_obj
def init_command(obj: dict[str, Any], *, folder: Path, authority: str, development: bool) -> None:
    """Write the settings, make keys and tables, and say what to do next."""
    language = str(obj["language"])
    path = folder / "perizinan.toml"
    if path.exists():
        raise BootstrapError("already-set-up", path=str(path))
    manager = load_plugins(discover=not obj["no_plugins"])
    known = {item.record.slug for item in manager.gather("register_authorities")}
    if authority not in known:
        raise click.UsageError(
            translate(
                N_("No installed plugin brings the authority {slug}; there are: {known}."),
                language,
                slug=authority,
                known=", ".join(sorted(known)) or "-",
            )
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(
        _TEMPLATE.format(authority=authority, development=str(development).lower()), encoding="utf-8"
    )
    settings = load_settings(path)
    migrate_database(settings, manager)
    with Office.open(settings, discover=not obj["no_plugins"]) as office:
        name = office.authority.name.to(language)
        count = len(office.permit_types(only_open=True))
        waiting = sum(item.complete for item in office.permit_types()) - count
    console = Console(highlight=False, soft_wrap=True)
    sentences = (
        translate(
            N_("{name} is set up in {folder}: {count} kinds of permits open."),
            language,
            name=name,
            folder=folder,
            count=count,
        ),
        *((translate(_WAITING, language, count=waiting),) if waiting else ()),
        translate(N_("Settings: {path}"), language, path=path),
        translate(
            N_("Keep copies of the folder keys apart from the data: without them no one reads it."), language
        ),
        translate(N_("Next: perizinan --settings {path} worker"), language, path=path),
    )
    for sentence in sentences:
        console.print(Text(sentence))
