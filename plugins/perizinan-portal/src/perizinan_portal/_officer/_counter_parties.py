"""For whom someone present applies: the forms of the applicant's side, in the words of a clerk who types for them."""

from __future__ import annotations

from typing import Any

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import PermitType
from perizinan_portal._applicant._apply import parties_values
from perizinan_portal._applicant._parties import Standing, standings_for
from perizinan_portal._kit import FieldView, Form

__all__ = ["counter_parties"]

_FOR = {
    Standing.MYSELF: N_("For the person present"),
    Standing.ORGANISATION: N_("For a company or organisation"),
    Standing.PERSON: N_("For another person, by power of attorney"),
    Standing.FOR_ORGANISATION: N_("For an organisation, by power of attorney"),
}
_HEADINGS = {"my_": N_("The person present, who has the power of attorney")}
_LABELS = {
    "my_name": N_("Name of the representative"),
    "my_nik": N_("NIK of the representative"),
    "my_passport": N_("Passport number of the representative"),
    "my_phone": N_("Phone number of the representative"),
    "my_email": N_("E-mail address of the representative"),
}
_HINTS = {
    "name": N_("As on the identity card"),
    "nik": N_("16 digits, on the identity card"),
    "email": N_("News of the application go there"),
}


def counter_parties(item: PermitType, standing: Standing, form: Form[Any]) -> dict[str, Any]:
    """Return what the template of the parties needs; a browser at the counter fills nothing in by itself."""
    values = parties_values(item, standing, form)
    sections = []
    for heading, views in values["sections"]:
        first = views[0].name if views else ""
        sections.append((_HEADINGS.get(first[:3], heading), [_worded(view, standing) for view in views]))
    return {
        **values,
        "sections": sections,
        "standings": [(one.value, _FOR[one]) for one in standings_for(item)],
    }


def _worded(view: FieldView, standing: Standing) -> FieldView:
    label, hint = _LABELS.get(view.name, view.label), view.hint
    own = view.name.removeprefix("my_")
    if own in _HINTS and (view.name != "name" or standing in (Standing.MYSELF, Standing.PERSON)):
        hint = _HINTS[own]
    return attrs.evolve(view, label=label, hint=hint, attributes={**view.attributes, "autocomplete": "off"})
