"""The table ``[plugin.bsre]`` of ``perizinan.toml``."""

from __future__ import annotations

from enum import StrEnum

import attrs

from perizinan_core.hooks import Secret

__all__ = ["BsreSettings", "Generation"]


class Generation(StrEnum):
    """Which interface the service of the agency has."""

    V1 = "v1"
    """Forms, the PDF in the answer."""

    V2 = "v2"
    """JSON, the PDF in base64."""


@attrs.frozen(kw_only=True)
class BsreSettings:
    """The Esign Client Service of the agency; every agency has its own."""

    address: str
    """Where it is, e.g. ``https://esign.example.go.id``."""

    user: Secret
    """Name of this application at the service (HTTP Basic)."""

    password: Secret
    """Its password."""

    generation: Generation = Generation.V2
    authorisation: str = attrs.field(
        default="passphrase", validator=attrs.validators.in_(("passphrase", "totp", "otp"))
    )
    """
    What the officer gives for each signature, and the name of its field: ``passphrase``, ``totp``, or ``otp`` where the
    service calls it so; only ``v2`` has one-time codes.
    """

    sign_path: str = ""
    """Path of the signing call; empty: ``/api/sign/pdf`` or ``/api/v2/sign/pdf``."""

    status_path: str = ""
    """Path of the status call; empty: ``/api/user/status/{nik}`` or ``/api/v2/user/check/status``."""

    download_path: str = "/api/sign/download/{id}"
    """Path of a signed file that is fetched by its id (``v1``)."""

    code_path: str = "/api/v2/sign/get/totp"
    """Path of the call that sends an officer a one-time code (``v2``)."""

    subscriber: str = ""
    """``idSubscriber``: the number under which BSrE keeps the seal of the office (``v2``); empty: it has none."""

    seal_path: str = "/api/v2/seal"
    """What the paths of the four calls about seals begin with."""

    ca_file: str = ""
    """Root certificates (PEM) of the agency's network; empty: the machine's. The check cannot be switched off."""

    seconds: float = attrs.field(
        default=90.0, validator=attrs.validators.and_(attrs.validators.gt(0), attrs.validators.le(110))
    )
    """Longest wait for a signature, the calls before it included; below the two minutes of a letter's lease."""

    unencrypted: bool = False
    """Allow ``http://`` to another machine, in a network that you trust; to this one it is always allowed."""

    @property
    def code_field(self) -> str:
        """What the service calls a one-time code."""
        return "otp" if self.authorisation == "otp" else "totp"
