"""
Many files at once: folders, archives, all cores, and nothing that one hostile file can do to the others.

`verify_many` is the door. Under it: `walking` finds files, `archives` reads members, `work` is what a
worker process does, `processes` starts one, `pool` keeps them and the order, `resume` remembers.
"""

from perizinan_core.verification.bulk._limits import DEFAULT_BULK_LIMITS, BulkLimits
from perizinan_core.verification.bulk._many import default_jobs, verify_many
from perizinan_core.verification.bulk._pool import Event, Pool
from perizinan_core.verification.bulk._resume import ResumeFile
from perizinan_core.verification.bulk._walking import FoundFile, Passed, display_name, find_files
from perizinan_core.verification.bulk._work import Judge, Recipe

__all__ = [
    "DEFAULT_BULK_LIMITS",
    "BulkLimits",
    "Event",
    "FoundFile",
    "Judge",
    "Passed",
    "Pool",
    "Recipe",
    "ResumeFile",
    "default_jobs",
    "display_name",
    "find_files",
    "verify_many",
]
