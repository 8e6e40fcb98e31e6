"""
Permit types as data.

For plugin authors: the files are described in ``docs/reference/catalogue-format.md``, and
`check_catalogue` says everything that is wrong with them at once. For services: `load_catalogue` gives a
`Catalogue`; the other functions apply a permit type to a case (its `Facts`) and are pure.
"""

from perizinan_core.catalogue._catalogue import Catalogue
from perizinan_core.catalogue._differences import Change, Difference, differences
from perizinan_core.catalogue._expressions._functions import PaperFacts
from perizinan_core.catalogue._facts import Facts, PreviousPermit, facts, facts_of
from perizinan_core.catalogue._fee_preview import (
    FeePreview,
    FeePreviewLine,
    deciding_fields,
    preview_fee,
)
from perizinan_core.catalogue._fees import assess_fee, late_interest
from perizinan_core.catalogue._form_check import FormProblem, validate_form
from perizinan_core.catalogue._form_fields import FormFields, form_fields
from perizinan_core.catalogue._form_parts import FormChoice, FormPart, FormPartKind, form_parts
from perizinan_core.catalogue._letters import LetterContent, letter_content
from perizinan_core.catalogue._loading import (
    CatalogueReport,
    ScenarioRunner,
    check_catalogue,
    load_authority,
    load_catalogue,
)
from perizinan_core.catalogue._numbers import NumberParts, parse_number, register_number
from perizinan_core.catalogue._reader import AssumedValue
from perizinan_core.catalogue._standard import StandardComponent, describe_period, service_standard
from perizinan_core.catalogue._terms import (
    applicable_prerequisites,
    computed_values,
    find_slots,
    find_stages,
    find_time_limit,
    freeze_terms,
    is_exempt,
)
from perizinan_core.catalogue._validity import (
    Validity,
    find_validity,
    re_registration_due,
)

__all__ = [
    "AssumedValue",
    "Catalogue",
    "CatalogueReport",
    "Change",
    "Difference",
    "Facts",
    "FeePreview",
    "FeePreviewLine",
    "FormChoice",
    "FormFields",
    "FormPart",
    "FormPartKind",
    "FormProblem",
    "LetterContent",
    "NumberParts",
    "PaperFacts",
    "PreviousPermit",
    "ScenarioRunner",
    "StandardComponent",
    "Validity",
    "applicable_prerequisites",
    "assess_fee",
    "check_catalogue",
    "computed_values",
    "deciding_fields",
    "describe_period",
    "differences",
    "facts",
    "facts_of",
    "find_slots",
    "find_stages",
    "find_time_limit",
    "find_validity",
    "form_fields",
    "form_parts",
    "freeze_terms",
    "is_exempt",
    "late_interest",
    "letter_content",
    "load_authority",
    "load_catalogue",
    "parse_number",
    "preview_fee",
    "re_registration_due",
    "register_number",
    "service_standard",
    "validate_form",
]
