"""What ``make demo-large`` says, in both languages."""

from __future__ import annotations

import attrs
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from perizinan_core._demo._story import Scene

__all__ = ["DemoError", "Speaker"]

_WORDS = {
    "parts": ("Bagian nyata dijalankan", "Real parts are started"),
    "postgres": ("PostgreSQL: catatan kantor dan portal", "PostgreSQL: records of office and portal"),
    "s3": ("S3 (rclone serve s3) di {address}: dokumen", "S3 (rclone serve s3) at {address}: documents"),
    "smtp": (
        "SMTP (aiosmtpd) di port {port}: surel menjadi berkas di {folder}",
        "SMTP (aiosmtpd) on port {port}: mails become files in {folder}",
    ),
    "signing": (
        "Layanan tanda tangan uji di {address}: frasa sandi {passphrase}",
        "Signing test service at {address}: passphrase {passphrase}",
    ),
    "queue": (
        "{count} pekerja dibangunkan oleh Procrastinate",
        "{count} workers, woken by Procrastinate",
    ),
    "no-queue": (
        "{count} pekerja; tanpa perizinan-procrastinate mereka melihat catatan setiap detik",
        "{count} workers; without perizinan-procrastinate they look at the records every second",
    ),
    "workers": ("Surel disampaikan oleh para pekerja", "The workers bring the mails"),
    "checked": ("Hasilnya diperiksa", "The result is checked"),
    "verified": ("perizinan verify: kode keluar {code}", "perizinan verify: exit code {code}"),
    "signed": (
        "Ditandatangani oleh layanan: {calls} permintaan tanda tangan",
        "Signed by the service: {calls} call(s) to sign",
    ),
    "kept": (
        "{count} dokumen dalam bucket, di antaranya izin ini",
        "{count} documents in the bucket, this permit among them",
    ),
    "mails": (
        "{count} surel diterima server SMTP dari para pekerja",
        "{count} mails received by the SMTP server from the workers",
    ),
    "portal": (
        "Portal menjawab dari {count} proses di {address}",
        "The portal answers from {count} processes at {address}",
    ),
    "no-portal": ("Plugin portal tidak terpasang.", "The portal's plugin is not installed."),
    "open": ("Hentikan dengan Ctrl+C; semuanya ikut berakhir.", "Stop with Ctrl+C; everything ends with it."),
    "failed": ("Gagal: {reason}", "Failed: {reason}"),
    "other-files": (
        "{folder} berisi berkas lain. Pilih folder kosong dengan --out.",
        "{folder} holds other files. Choose an empty folder with --out.",
    ),
    "no-rclone": (
        "rclone tidak ada. Pasang dengan: apt-get install rclone",
        "rclone is missing. Install it: apt-get install rclone",
    ),
}


class DemoError(Exception):
    """Something is not as the demonstration says."""


@attrs.frozen
class Speaker:
    """Says what happens, in the language of the user."""

    console: Console
    language: str

    def words(self, key: str, **fields: object) -> str:
        """Return a sentence."""
        return _WORDS[key][0 if self.language == "id" else 1].format(**fields)

    def scene(self, scene: Scene) -> None:
        """Show a step."""
        self.console.print(Text(scene.title, style="bold"))
        for line in scene.lines:
            self.console.print(Padding(Text(line), (0, 0, 0, 3)))

    def step(self, title: str, *lines: str) -> None:
        """Show a step of our own."""
        self.scene(Scene(title=self.words(title), lines=lines))
