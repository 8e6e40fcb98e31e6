"""Filling the templates. Everything is escaped; a name that is missing is an error, not an empty place."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

from perizinan_core.i18n import LANGUAGES
from perizinan_core.model import Rupiah, format_date
from perizinan_portal._kit._announcing import announced
from perizinan_portal._kit._answers import Page
from perizinan_portal._kit._sentences import say
from perizinan_portal.hooks import Pages

if TYPE_CHECKING:
    from perizinan_portal._kit._menu import MenuView
    from perizinan_portal._kit._visit import Visit

__all__ = [
    "STATIC",
    "asset_version",
    "environment",
    "render",
    "shown_day",
    "shown_moment",
    "shown_size",
]

_ROOT = Path(__file__).parents[1]
STATIC = Path(__file__).parent / "static"
PARTS = ("public", "applicant", "officer", "head", "admin", "accounts")
"""Parts of the portal; the templates of each lie beside its pages."""


NAMES = frozenset(
    {
        "visit", "language", "other_language", "authority", "menu", "notes", "url", "asset", "base", "form_secret",
        "new_key", "announced", "_", "say", "day", "moment", "number", "rupiah", "size",
    }
)  # fmt: skip
"""What every template finds."""


def environment(
    own: Path | None = None, pages: Iterable[Pages] = (), *, reload: bool = False
) -> jinja2.Environment:
    """
    Return the templates, with those of extensions.

    Args:
        own: Those in this folder take the place of ours by name.
        pages: Of extensions.
        reload: Look at each use whether a file was changed.
    """
    ours: dict[str, jinja2.BaseLoader] = {part: jinja2.FileSystemLoader(_ROOT / f"_{part}") for part in PARTS}
    ours["kit"] = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    ours |= {item.prefix: jinja2.FileSystemLoader(item.templates) for item in pages}
    loaders: list[jinja2.BaseLoader] = [jinja2.PrefixLoader(ours)]
    if own is not None:
        loaders.insert(0, jinja2.FileSystemLoader(own))
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        auto_reload=reload,
        cache_size=-1,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(visit: Visit, page: Page, menu: MenuView) -> str:
    """Return a page as HTML in the language of the visitor."""
    language = visit.language
    authority = visit.office.authority
    notes = () if visit.session is None else visit.session.notes
    others = [name for name in LANGUAGES if name != language]
    return visit.services.templates.get_template(page.template).render(
        {
            "visit": visit,
            "language": language,
            "other_language": others[0],
            "authority": authority,
            "menu": menu,
            "notes": notes,
            "url": visit.url,
            "asset": lambda name: (
                f"{visit.request.scope.get('root_path', '')}/aset/{name}?v={asset_version(name)}"
            ),
            "base": visit.request.scope.get("root_path", ""),
            "form_secret": visit.form_secret,
            "announced": announced(visit, page.values),
            "new_key": lambda: secrets.token_urlsafe(16),
            "_": lambda sentence, **fields: _marked(sentence, visit, fields),
            "say": visit.say,
            "day": lambda value: shown_day(value, visit),
            "moment": lambda value: shown_moment(value, visit),
            "number": lambda value: shown_number(value, language),
            "rupiah": _rupiah,
            "size": lambda value: shown_size(value, language),
            **page.values,
        }
    )


@lru_cache(maxsize=32)
def asset_version(name: str) -> str:
    """Return a mark of a static file's content: a changed file has another address."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _marked(sentence: object, visit: Visit, fields: Mapping[str, object]) -> Markup:
    if not fields:
        return Markup(visit.say(sentence))  # noqa: S704 - our own sentences
    safe = {name: Markup.escape(say(value, visit.language)) for name, value in fields.items()}
    return Markup(visit.say(sentence, **safe))  # noqa: S704 - our own sentences, values escaped


def shown_day(value: date | datetime | None, visit: Visit) -> str:
    """Return a day for people."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        value = visit.office.authority.calendar.time_zone.local(value).date()
    return format_date(value, visit.language)


def shown_moment(value: datetime | None, visit: Visit) -> str:
    """Return a moment for people, on the clocks of the office."""
    if value is None:
        return "–"
    local = visit.office.authority.calendar.time_zone.local(value)
    zone = visit.office.authority.calendar.time_zone.name
    return f"{format_date(local.date(), visit.language)}, {shown_clock(local, visit.language)} {zone}"


def shown_clock(local: datetime, language: str) -> str:
    """Return the time of a local moment for people: ``09.30``, in English ``09:30``."""
    return f"{local:%H.%M}" if language == "id" else f"{local:%H:%M}"


def shown_number(value: Decimal | float | str, language: str, most: int = 1) -> str:
    """Return a number with at most so many places, and the comma or point of the language."""
    shown = f"{round(Decimal(str(value)), most):f}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.replace(".", ",") if language == "id" else shown


def _rupiah(value: Rupiah | int) -> str:
    return str(value) if isinstance(value, Rupiah) else f"Rp{value:,}".replace(",", ".")


def shown_size(value: int, language: str) -> str:
    """Return a number of bytes for people."""
    for unit, bytes_ in (("MB", 1_000_000), ("KB", 1000)):
        if value >= bytes_:
            return f"{shown_number(f'{value / bytes_:.3g}', language, 2)} {unit}"
    return f"{value} B"
