"""
Sealing a file of the office, with no file sealed twice by mistake.

A mark beside the file stands from before the service is asked until its answer is clear. A crash or an answer in
doubt leaves it, and a second attempt stops at it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from perizinan_bsre._errors import BsreError, BsreInDoubtError
from perizinan_core.errors.signing import NothingSignedError
from perizinan_core.signing import DocumentSigner, SigningRequest, sign_pdf
from perizinan_core.verification.signatures import verify_signatures

__all__ = ["seal_file"]


def seal_file(
    source: Path, target: Path, sealer: Callable[[], DocumentSigner], request: SigningRequest
) -> str:
    """
    Write a sealed copy of a file, and return whose seal it is.

    Args:
        source: A PDF.
        target: A file that is not there yet.
        sealer: Makes the signer; asked before the service is.
        request: What the seal says.

    Raises:
        BsreError: ``bsre-sealed-file``, or nothing was sealed.
        BsreInDoubtError: ``bsre-begun``: an earlier attempt did not end; ``bsre-in-doubt``.
        OSError: a file cannot be read or written.
    """
    if target.exists():
        raise BsreError("bsre-sealed-file", file=target.name)
    pdf, signer = source.read_bytes(), sealer()
    mark = source.with_name(f"{source.name}.sealing")
    try:
        mark.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise BsreInDoubtError("bsre-begun", file=source.name, mark=mark.name) from error
    try:
        # Proves that it can be written, before anything is asked.
        file = target.open("xb")
    except OSError:
        mark.unlink()
        raise
    with file:
        try:
            sealed = sign_pdf(pdf, signer, request)
        except BaseException as error:
            target.unlink()
            if isinstance(error, NothingSignedError):
                mark.unlink()
            raise
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    mark.unlink()
    return _whose(sealed, request)


def _whose(sealed: bytes, request: SigningRequest) -> str:
    """Return the name in the certificate of the last signature; trust is for who verifies the file."""
    report = verify_signatures(sealed, roots=(), at=request.signed_at)
    return report.signatures[-1].signer or "-" if report.signatures else "-"
