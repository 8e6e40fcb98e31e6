"""
Opening a signer by its address, e.g. ``file:/etc/perizinan/seal.p12``.

The scheme names the kind of signer; plugins register their own (``pkcs11:``, ``bsre:`` …). An
address without a scheme is the path of a key file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from perizinan_core.errors.signing import SigningError
from perizinan_core.signing._file_key import FileKeySigner, no_secret
from perizinan_core.signing._ports import SecretCallback, Signer

__all__ = ["SignerOpener", "SignerRegistry", "open_file_signer"]

# Two letters at least: a single one is a drive of Windows.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")

SignerOpener = Callable[[str, SecretCallback], Signer]
"""Opens the signer of a whole address; asks the callback for secrets."""


def open_file_signer(address: str, secret: SecretCallback) -> Signer:
    """
    Open ``file:/path/key.p12`` or ``file:/path/key.pem?chain=/path/chain.pem&pss=1``, or a plain path.

    Raises:
        SigningError: ``signer-address``: The address cannot be understood.
        SigningError: See `FileKeySigner.open`.
    """
    if _SCHEME.match(address) is None:
        return FileKeySigner.open(Path(address), secret)
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    chain, pss = options.pop("chain", None), options.pop("pss", "0")
    if (
        parts.netloc not in ("", "localhost")
        or not parts.path
        or parts.fragment
        or options
        or pss not in ("0", "1")
    ):
        raise SigningError("signer-address", address=address.partition("?")[0])
    return FileKeySigner.open(
        Path(unquote(parts.path)), secret, chain=Path(chain) if chain else None, pss=pss == "1"
    )


@attrs.define
class SignerRegistry:
    """Which schemes can be opened; one per office, made where the office is put together."""

    _openers: dict[str, SignerOpener] = attrs.field(factory=lambda: {"file": open_file_signer})

    def register(self, scheme: str, opener: SignerOpener) -> None:
        """
        Let addresses that begin with ``scheme:`` be opened by ``opener``.

        Raises:
            ValueError: The scheme is taken: two plugins must not disagree about who signs.
        """
        key = scheme.lower()
        if key in self._openers:
            message = f"signer scheme {key!r} is registered already"
            raise ValueError(message)
        self._openers[key] = opener

    @property
    def schemes(self) -> Mapping[str, SignerOpener]:
        """Known schemes and their openers."""
        return dict(self._openers)

    def open(self, address: str, secret: SecretCallback = no_secret) -> Signer:
        """
        Open the signer at ``address``.

        Args:
            address: ``scheme:…``, or the path of a key file.
            secret: Asked for a passphrase or PIN when one is needed.

        Raises:
            SigningError: ``signer-scheme-unknown``: Nothing opens this scheme.
            SigningError: What the opener says.
        """
        found = _SCHEME.match(address)
        scheme = found[1].lower() if found else "file"
        if scheme not in self._openers:
            raise SigningError("signer-scheme-unknown", scheme=scheme, known=tuple(sorted(self._openers)))
        return self._openers[scheme](address, secret)
