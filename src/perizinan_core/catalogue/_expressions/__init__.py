"""
Expressions of the catalogue: CEL, checked when it is loaded, computed exactly and within limits.

``schema`` reads types from a form's JSON Schema, ``declarations`` and ``environment`` compile with
Google's CEL library, ``tree`` decodes what it checked, ``evaluator`` and ``functions`` compute.
"""

from perizinan_core.catalogue._expressions._declarations import BASE_NAMES
from perizinan_core.catalogue._expressions._environment import (
    Compiled,
    CompileFailure,
    Environment,
    Scope,
    environment,
)
from perizinan_core.catalogue._expressions._evaluator import evaluate
from perizinan_core.catalogue._expressions._functions import PaperFacts, make_functions, months_begun, text_of
from perizinan_core.catalogue._expressions._operators import ExpressionFailure, FailureKind

__all__ = [
    "BASE_NAMES",
    "CompileFailure",
    "Compiled",
    "Environment",
    "ExpressionFailure",
    "FailureKind",
    "PaperFacts",
    "Scope",
    "environment",
    "evaluate",
    "make_functions",
    "months_begun",
    "text_of",
]
