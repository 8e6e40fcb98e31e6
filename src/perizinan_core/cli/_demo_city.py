"""The second half of ``perizinan demo``: a city behind a portal, and who can log in."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console, Group
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from perizinan_core._demo._city import APPLICANTS, APPLICATIONS, City, find_city, make_city
from perizinan_core._demo._city_staff import DUTIES
from perizinan_core.hooks._manager import Registered
from perizinan_core.i18n import N_, translate

__all__ = ["prepared_city", "show_city"]

_MAKING = N_("A city with {count} applications of three months")


def prepared_city(
    folder: Path, portal: Registered, address: str, *, fresh: bool, console: Console, language: str
) -> City:
    """Return the city of a folder; it is made when it is not there, or when it should be a new one."""
    if not fresh:
        found = find_city(folder, portal, address)
        if found is not None:
            sentence = N_("The city of an earlier demo is in {folder}; --fresh makes a new one.")
            console.print(Text(translate(sentence, language, folder=folder)))
            return found
    begun = time.perf_counter()
    try:
        with _bar(console, language) as bar:
            city = make_city(
                folder, portal, address, progress=lambda done: bar.update(bar.task_ids[0], completed=done)
            )
    except FileExistsError as error:
        sentence = N_("{path} holds other files. Choose another folder with --out.")
        raise click.UsageError(translate(sentence, language, path=folder)) from error
    sentence = N_("{count} applications of three months were made through the use cases in {seconds} s.")
    seconds = f"{time.perf_counter() - begun:.0f}"
    console.print(Text(translate(sentence, language, count=APPLICATIONS, seconds=seconds)))
    return city


def show_city(city: City, portal: Registered, address: str, *, console: Console, language: str) -> None:
    """Say where the portal is, who can log in, and where messages lie."""

    def say(sentence: str, **fields: object) -> str:
        return translate(sentence, language, **fields)

    base = address.rstrip("/")
    places = Table.grid(padding=(0, 2))
    for label, path in portal.record.demo.places:
        places.add_row(label.to(language), base + path)
    logins = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    logins.add_column(say(N_("Duty")))
    logins.add_column(say(N_("Login")), no_wrap=True)
    logins.add_row(say(N_("Applicant")), ", ".join(APPLICANTS))
    for duty in DUTIES:
        logins.add_row(say(duty.label), ", ".join(duty.logins))
    notes = (
        say(N_("Password of all of them: {password}"), password=city.password),
        say(N_("No one is asked for a code of an authenticator app: it is switched off in this demo.")),
        say(
            N_(
                "Messages lie as files in {folder}: register with any address that ends in .example, and the link "
                "is in the newest file there."
            ),
            folder=city.mail,
        ),
        say(N_("Names, numbers and papers are invented; the certificates are of a development authority.")),
    )
    body = Group(places, Text(), logins, Text(), *(Text(note) for note in notes))
    console.print(Panel(body, title=say(N_("The portal of the city")), border_style="blue"))


@contextmanager
def _bar(console: Console, language: str) -> Iterator[Progress]:
    """Show a bar on a terminal; one line where the output is read by programs."""
    label = translate(_MAKING, language, count=APPLICATIONS)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task(label, total=APPLICATIONS)
        if not console.is_terminal:
            console.print(Text(f"{label} …"))
        yield bar
