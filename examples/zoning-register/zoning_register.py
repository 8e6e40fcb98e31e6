"""Asks a zoning register whether a place may be used as the form says: a check of submissions in a few lines."""

import csv
from pathlib import Path

import attrs

from perizinan_core.hooks import PluginContext, SubmissionCheckResult, hookimpl
from perizinan_core.model import Application, PermitType

perizinan_api = 1
"""Version of the plugin interface that this plugin is written for."""


@attrs.frozen(kw_only=True)
class ZoningSettings:
    """The plugin's own table of perizinan.toml, ``[plugin.zoning-register]``."""

    file: Path
    """CSV file with the columns ``place`` and ``allowed``; a real check would name its register's address here."""

    permit_types: tuple[str, ...]
    """Codes of the permit types that are asked about."""

    field: str = "lokasi"
    """Field of the form that names the place."""


perizinan_settings = ZoningSettings
"""An office that loads the plugin has to say what it asks, or does not open."""


@hookimpl
def decide_submission_check(
    *, application: Application, permit_type: PermitType, context: PluginContext[ZoningSettings]
) -> SubmissionCheckResult | None:
    """Look the place up; whatever is raised here counts as "not answered", and never as an answer."""
    settings = context.settings
    if permit_type.code not in settings.permit_types:
        return None
    place = str(application.form.get(settings.field, "")).strip().casefold()
    with settings.file.open(encoding="utf-8", newline="") as file:
        zones = {row["place"].strip().casefold(): row["allowed"].strip() for row in csv.DictReader(file)}
    if zones.get(place) == "yes":
        return SubmissionCheckResult(
            accepted=True, source="RDTR", answer=f"{len(zones)} places, this one is allowed"
        )
    return SubmissionCheckResult(
        accepted=False,
        source="RDTR",
        answer="not allowed" if place in zones else "unknown place",
        reason="lokasi ini tidak diperuntukkan bagi kegiatan tersebut. Pilih lokasi lain atau tanyakan ke loket.",
    )
