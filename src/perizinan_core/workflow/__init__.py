"""
Workflow: how an application moves from draft to decision, and a permit through its life.

The rules are pure functions from a case, an actor and a moment to the new case and its events; the use cases
of `perizinan_core.services` call them, and the picture in ``docs/explanation/workflow.md`` is drawn from them.
What is exported are the values that use cases take and return.
"""

from perizinan_core.workflow._actions import AllowedAction
from perizinan_core.workflow._legal import LegalTerm, LegalTerms
from perizinan_core.workflow._permits import AnnulledBy, DefectGround
from perizinan_core.workflow._remarks import TextRemark
from perizinan_core.workflow._states import Action

__all__ = [
    "Action",
    "AllowedAction",
    "AnnulledBy",
    "DefectGround",
    "LegalTerm",
    "LegalTerms",
    "TextRemark",
]
