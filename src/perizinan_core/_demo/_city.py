"""
The demonstration's city: an office in a folder, with three months of applications behind it and a portal before it.

It is made once and found again: ``.perizinan-city.json`` says that it is complete, and who can log in.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from secrets import choice, randbelow
from tempfile import TemporaryDirectory

import attrs

from perizinan_core._demo._city_extras import lose_message
from perizinan_core._demo._city_staff import hire
from perizinan_core._demo._office import StoryClock
from perizinan_core._demo._plan import plan
from perizinan_core._demo._two_processes import let_pass
from perizinan_core.bootstrap import Office, Settings, load_plugins, load_settings, migrate_database
from perizinan_core.bootstrap._contexts import contexts_of
from perizinan_core.hooks._manager import PluginManager, Registered
from perizinan_core.hooks._types import FrontendDemo
from perizinan_core.model._actor import Actor, ActorKind

__all__ = ["APPLICANTS", "APPLICATIONS", "City", "find_city", "make_city", "open_city", "portal_in"]

APPLICATIONS = 300
"""How many applications the city has."""

APPLICANTS: Mapping[str, str] = {
    "warga@surat.example": "Sekar Contohwati",
    "usaha@surat.example": "Bagas Contohnaya",
}
"""Mail addresses and names of those who applied and can log in."""

MARKER = ".perizinan-city.json"
DAYS = 92
"""Days in which the applications were made: three months."""

_BEFORE = timedelta(days=9)
"""The time in which a message is lost."""

_ROOM = 256 * 1024 * 1024
"""Bytes that a city needs at most, with much to spare."""

_SEED = 13
_WORDS = ("kenanga", "melati", "cempaka", "dahlia", "anggrek", "teratai", "kamboja", "flamboyan", "cendana")
_EARLIER = "sebelumnya"


@attrs.frozen(kw_only=True)
class City:
    """A city that is ready."""

    folder: Path
    password: str = attrs.field(repr=False)
    """Of every account in it."""

    @property
    def settings(self) -> Path:
        """Return its settings."""
        return self.folder / "perizinan.toml"

    @property
    def mail(self) -> Path:
        """Return where messages lie as files; earlier ones are in a folder within."""
        return self.folder / "mail"


def portal_in(manager: PluginManager) -> Registered | None:
    """Return the installed frontend that can show itself, or None."""
    offered = manager.gather("register_frontends")
    return next((entry for entry in offered if entry.record.demo is not None), None)


def find_city(folder: Path, portal: Registered, address: str) -> City | None:
    """Return the city that was made in a folder earlier, reached at ``address`` from now on, or None."""
    try:
        known = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if "password" not in known:
        return None
    _write_settings(folder, portal, address)
    migrate_database(load_settings(folder / "perizinan.toml"), load_plugins())
    return City(folder=folder, password=known["password"])


def make_city(
    folder: Path,
    portal: Registered,
    address: str,
    *,
    progress: Callable[[int], None],
    applications: int = APPLICATIONS,
    days: int = DAYS,
) -> City:
    """
    Make the city in an empty folder, or in the place of an earlier one.

    Args:
        folder: Where.
        portal: From `portal_in`.
        address: Where the portal is reached.
        progress: Called with how many applications were made.
        applications: How many are made.
        days: In how many days, until today.

    Raises:
        FileExistsError: the folder holds something else.
        HookError: ``nothing-registered``: the plugin of the demonstration's authority is not installed.
        CalendarRangeError: the plugin's calendar does not cover these days.
    """
    _clear(folder)
    with _workshop() as shop, _quiet():
        city = _make(shop, portal, address, progress, applications, timedelta(days=days))
        shutil.copytree(shop, folder, dirs_exist_ok=True)
    (folder / MARKER).write_text(json.dumps({"password": city.password}), encoding="utf-8")
    (folder / MARKER).chmod(0o600)
    return attrs.evolve(city, folder=folder)


def _make(
    folder: Path,
    portal: Registered,
    address: str,
    progress: Callable[[int], None],
    applications: int,
    span: timedelta,
) -> City:
    settings = _write_settings(folder, portal, address)
    migrate_database(settings, load_plugins())
    now = datetime.now(UTC)
    clock = StoryClock(now - span - _BEFORE, now)
    city = City(folder=folder, password=f"{choice(_WORDS)}-{choice(_WORDS)}-{randbelow(90) + 10}")
    with Office.open(settings, clock=clock) as office:
        hire(office)
        owners = _give_accounts(office, portal, city.password)
        lose_message(office, clock, city.mail)
        planned = plan(applications, clock, Random(_SEED), owners)
        days = let_pass(office, clock, planned, settings=city.settings, seed=_SEED, progress=progress)
        days.keep_one(owners[0])
    _set_aside(city.mail)
    return city


def open_city(city: City) -> Office:
    """Open the office of a city, with the clock of this machine."""
    return Office.open(load_settings(city.settings))


def _give_accounts(office: Office, portal: Registered, password: str) -> tuple[Actor, ...]:
    """Let everyone log in; return those who apply."""
    demo: FrontendDemo = portal.record.demo
    context = contexts_of(office.settings, office.plugins).of(portal, "register_frontends")
    ids = demo.accounts(office=office, context=context, password=password, applicants=APPLICANTS)
    return tuple(Actor(id=ids[email], kind=ActorKind.APPLICANT) for email in APPLICANTS)


def _write_settings(folder: Path, portal: Registered, address: str) -> Settings:
    lines = [
        "[office]", 'authority = "kota-blitar"', "",
        "[signing]", "development = true", "",
        "[publication]", 'folder = "public"', "",
        "[transparency]", 'period = "month"', "",
        "[plugins]", f"frontend = {json.dumps(portal.record.name)}", "",
        "[plugin.mail-folder]", 'folder = "mail"', "forwarded = true", "",
        f"[plugin.{portal.record.name}]",
    ]  # fmt: skip
    own = portal.record.demo.settings(address)
    lines += [f"{key} = {json.dumps(value)}" for key, value in own.items()]
    path = folder / "perizinan.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_settings(path)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what goes wrong in the city on purpose from the screen."""
    log = logging.getLogger("perizinan_core")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


@contextmanager
def _workshop() -> Iterator[Path]:
    """Give an empty folder, in memory where there is room: thousands of commits need not reach a disk one by one."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    with TemporaryDirectory(prefix="perizinan-", dir=memory if roomy else None) as name:
        yield Path(name)


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise FileExistsError(folder)
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    (folder / MARKER).write_text("{}", encoding="utf-8")


def _set_aside(mail: Path) -> None:
    """Put the messages of the past apart: what a visitor causes is then easy to find."""
    earlier = mail / _EARLIER
    earlier.mkdir(parents=True, exist_ok=True)
    for message in mail.glob("*.eml"):
        message.rename(earlier / message.name)
