"""
Any signed PDF, no matter who made it: are its signatures sound, whose are they, and since when?

::

    from perizinan_core.verification.signatures import load_roots, verify_signatures

    report = verify_signatures(Path("kontrak.pdf"), roots=load_roots(["indonesia"]), at=datetime.now(UTC))

`verify_signatures` returns a report for every input, `require_valid_signatures` raises on anything short of
valid, `SignatureVerifier` judges many files. See docs/how-to/verify-any-signed-pdf.md.
"""

from perizinan_core.verification.signatures._roots import (
    Anchor,
    TrustStore,
    indonesian_roots,
    load_roots,
    read_store,
)
from perizinan_core.verification.signatures._verifier import (
    SignatureVerifier,
    require_valid_signatures,
    verify_signatures,
)

__all__ = [
    "Anchor",
    "SignatureVerifier",
    "TrustStore",
    "indonesian_roots",
    "load_roots",
    "read_store",
    "require_valid_signatures",
    "verify_signatures",
]
