"""The programs that people treat a refused file with: Chromium, Ghostscript, img2pdf, LibreOffice, poppler."""

import json
import os
import shutil
import subprocess
import time
from contextlib import ExitStack

from PIL import Image
from playwright.sync_api import Error as BrowserError
from playwright.sync_api import sync_playwright

DISPLAY = ":93"
PASSWORDS = ("secret", "asdfzxcv")
"""Of the samples."""

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".avif"}
NO_PAGE = ("No pages will be processed", "page not found", "Couldn't get page info")
"""What Ghostscript says of a file in which it finds no page; it writes an empty one all the same."""

OFFICE = {".docx", ".xlsx", ".odt", ".ods", ".doc", ".txt"}


def run(*command, seconds=120):
    """Run a program; return whether it ended well."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def ink(source, folder):
    """Return the share of dark dots on the first page, in percent, or None when poppler does not draw it."""
    name = folder / f"ink-{source.stem}"
    run("pdftoppm", "-r", "40", "-gray", "-f", "1", "-l", "1", "-singlefile", str(source), str(name))
    drawn = name.with_suffix(".pgm")
    if not drawn.exists():
        return None
    with Image.open(drawn) as page:
        dots = page.histogram()
    return 100 * sum(dots[:200]) / max(1, sum(dots))


class Browser:
    """A Chromium with a window, whose printing goes to "Save as PDF", as a person would print."""

    def __init__(self, folder):
        self._folder = folder
        self._saved = folder / "saved"
        self._stack = ExitStack()

    def __enter__(self):
        self._saved.mkdir(parents=True)
        profile = self._folder / "profile"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps(self._preferences()))
        screen = subprocess.Popen(
            ["Xvfb", DISPLAY, "-screen", "0", "1200x900x24"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._stack.callback(screen.terminate)
        time.sleep(1)
        engine = self._stack.enter_context(sync_playwright())
        self._window = engine.chromium.launch_persistent_context(
            str(profile),
            executable_path=shutil.which("chromium"),
            headless=False,
            args=["--kiosk-printing", *(["--no-sandbox"] if os.getuid() == 0 else [])],
            # The viewer of PDFs is one of the extensions that Playwright leaves out.
            ignore_default_args=[
                "--disable-extensions",
                "--disable-component-extensions-with-background-pages",
            ],
            env={**os.environ, "DISPLAY": DISPLAY},
        )
        self._stack.callback(self._window.close)
        return self

    def __exit__(self, *error):
        return self._stack.__exit__(*error)

    def print(self, source, target):
        """Open a file and print it; return the new PDF, or None when the browser does not open it."""
        for old in self._saved.iterdir():
            old.unlink()
        page = self._window.new_page()
        try:
            page.goto(source.resolve().as_uri())
            page.wait_for_timeout(900)
            page.evaluate("setTimeout(() => window.print(), 0)")
            return self._wait(page, target)
        except BrowserError:
            return None
        finally:
            page.close()

    def _wait(self, page, target):
        for _ in range(40):
            page.wait_for_timeout(200)
            found = [item for item in self._saved.iterdir() if item.suffix == ".pdf" and item.stat().st_size]
            if found:
                page.wait_for_timeout(200)
                return shutil.copy(found[0], target)
        return None

    def _preferences(self):
        state = {
            "version": 2,
            "recentDestinations": [{"id": "Save as PDF", "origin": "local", "account": ""}],
            "selectedDestinationId": "Save as PDF",
            "isHeaderFooterEnabled": False,
        }
        return {
            "printing": {"print_preview_sticky_settings": {"appState": json.dumps(state)}},
            "savefile": {"default_directory": str(self._saved)},
        }


class Programs:
    """Every way by its name: (file, folder for the result) → the treated file, None when it does not open."""

    def __init__(self, browser):
        self._browser = browser

    def is_meant_for(self, way, source):
        """Return whether a person would treat such a file in this way."""
        kind = source.suffix.lower()
        if way == "chromium":
            return kind == ".pdf" or kind in PICTURES - {".heic", ".tif", ".tiff"}
        if way in ("ghostscript", "printer", "some-pages"):
            return kind == ".pdf"
        if way == "libreoffice":
            return kind in OFFICE
        if way == "scan":
            return kind == ".pdf" or kind in PICTURES
        if way in ("first-picture", "pictures-as-pdf"):
            return kind in PICTURES
        if way == "convert":
            return kind in OFFICE or kind in PICTURES
        return True

    def treat(self, way, source, folder):
        """Return the treated file, or None when the program does not open the refused one."""
        try:
            return getattr(self, way.replace("-", "_"))(source, folder)
        except (OSError, SyntaxError, Image.DecompressionBombError):
            return None

    def chromium(self, source, folder):
        """Print in the browser: "Save as PDF"."""
        return self._browser.print(source, folder / "printed.pdf")

    def ghostscript(self, source, folder):
        """Rewrite with Ghostscript."""
        return _distilled(source, folder / "distilled.pdf")

    def printer(self, source, folder):
        """Print with a PDF printer: what is drawn goes through PostScript, and nothing else does."""
        between = folder / "printed.ps"
        if not _ghostscript("ps2write", source, between):
            return None
        return _distilled(between, folder / "printed.pdf")

    def scan(self, source, folder, dots=150):
        """Make a picture of each page, and a PDF of the pictures; of a picture a new one."""
        if source.suffix.lower() in PICTURES:
            return self.first_picture(source, folder)
        run("pdftoppm", "-r", str(dots), "-jpeg", str(source), str(folder / "page"))
        pages = sorted(folder.glob("page*.jpg"))
        target = folder / "scanned.pdf"
        if not pages or not run("img2pdf", "-o", str(target), *map(str, pages)):
            return None
        return target

    def smaller(self, source, folder):
        """Scan again at 200 dots per inch, or make the picture smaller."""
        if source.suffix == ".pdf":
            return self.scan(source, folder, dots=200)
        target = folder / "smaller.jpg"
        with Image.open(source) as picture:
            picture.thumbnail((1654, 2339))
            picture.convert("RGB").save(target)
        return target

    def password(self, source, folder):
        """Open with the password and print."""
        for password in PASSWORDS:
            target = folder / "opened.pdf"
            if _ghostscript("pdfwrite", source, target, f"-sPDFPassword={password}"):
                return target
        return None

    def some_pages(self, source, folder):
        """Print the first three pages."""
        target = folder / "some.pdf"
        return target if _ghostscript("pdfwrite", source, target, "-dFirstPage=1", "-dLastPage=3") else None

    def libreoffice(self, source, folder):
        """Export as PDF from LibreOffice."""
        # LibreOffice goes by the name's ending.
        command = ("soffice", f"-env:UserInstallation=file://{folder}/office", "--headless")
        run(*command, "--convert-to", "pdf", "--outdir", str(folder), str(source))
        target = folder / f"{source.stem}.pdf"
        return target if target.exists() else None

    def convert(self, source, folder):
        """Save a picture as PDF with img2pdf, an office file with LibreOffice."""
        if source.suffix.lower() in OFFICE:
            return self.libreoffice(source, folder)
        return self.pictures_as_pdf(source, folder)

    def pictures_as_pdf(self, source, folder):
        """Put all pictures of the file into a PDF with img2pdf."""
        parts = []
        with Image.open(source) as several:
            for number in range(getattr(several, "n_frames", 1)):
                several.seek(number)
                part = folder / f"part-{number}.png"
                several.convert("RGB").save(part)
                parts.append(part)
        target = folder / "pictures.pdf"
        return target if run("img2pdf", "-o", str(target), *map(str, parts)) else None

    def first_picture(self, source, folder):
        """Save the one picture that counts."""
        target = folder / "one.jpg"
        with Image.open(source) as several:
            # The dots alone: Pillow would carry remarks over into the new file.
            seen = Image.new("RGB", several.size)
            seen.paste(several.convert("RGB"))
            seen.save(target)
        return target


def _distilled(source, target):
    return target if _ghostscript("pdfwrite", source, target) else None


def _ghostscript(device, source, target, *more):
    """Run Ghostscript; a file in which it finds no page is one that it does not open, whatever it writes."""
    command = ("gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", f"-sDEVICE={device}", *more)
    try:
        done = subprocess.run(
            [*command, "-o", str(target), str(source)], capture_output=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    said = (done.stdout + done.stderr).decode(errors="replace")
    opened = not any(complaint in said for complaint in NO_PAGE)
    return opened and done.returncode == 0 and target.exists() and target.stat().st_size > 0
