"""
The container of a signature or timestamp (CMS, RFC 5652), in BER as well as DER, through asn1crypto and pyHanko.

Weak methods are named here and refused by the caller: MD5 and SHA-1 as digests of signatures and
timestamps, RSA and DSA keys below 2048 bits, the formats ``adbe.pkcs7.sha1`` and ``adbe.x509.rsa_sha1``.
(The SHA-1 hash in an old ``signing-certificate`` attribute names a certificate and is not a signature.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from perizinan_core._pdf._certificates import MIN_RSA_BITS
from perizinan_core.errors.verification import CmsStructureError
from perizinan_core.verification._revocation import Evidence

_MAX_BYTES = 16 * 1024 * 1024
_MAX_CERTIFICATES = 64
_DIGESTS = {
    *("sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512", "shake256", "shake256_len"),
    *("md5", "sha1"),
}
_WEAK = {"md2", "md5", "sha1"}
_SHAKE = {"shake256", "shake256_len"}
_CURVES = {"secp224r1", "secp192r1", "secp160r1"}


@attrs.frozen(kw_only=True, eq=False)
class Container:
    """One parsed container with one signer."""

    signed_data: Any
    """`asn1crypto.cms.SignedData`."""

    signer_info: Any
    certificate: Any
    """`asn1crypto.x509.Certificate` of the signer."""

    others: tuple[Any, ...]
    """The other certificates in it."""

    digest: str
    content_type: str
    """``"data"`` for signatures, ``"tst_info"`` for timestamps."""

    encoded: bytes = attrs.field(repr=False)
    """The signer's part as it came: asn1crypto puts attributes into order once it has looked at them."""

    unread: list[str] = attrs.field(factory=list)
    """Unsigned parts that could not be read."""

    @property
    def algorithm(self) -> str:
        """Name the method, e.g. ``RSA 2048 with sha256``."""
        key = self.certificate.public_key
        name = {"rsa": "RSA", "rsassa_pss": "RSA-PSS", "ec": "ECDSA"}.get(key.algorithm, key.algorithm)
        scheme = self.signer_info["signature_algorithm"]["algorithm"].native
        if scheme == "rsassa_pss":
            name = "RSA-PSS"
        size = (
            key.curve[1] if key.algorithm == "ec" else _bits(key) if key.algorithm in {"rsa", "dsa"} else ""
        )
        return f"{name} {size} with {self.digest}".replace("  ", " ")

    @property
    def weakness(self) -> str | None:
        """Name the part that is below today's minimum, or None."""
        try:
            inner = self.signer_info["signature_algorithm"].hash_algo
        except ValueError:
            inner = None
        stamped = self.imprint[0] if self.content_type == "tst_info" else None
        for used in (self.digest, stamped, inner):
            if used in _WEAK:
                return str(used).upper().replace("SHA1", "SHA-1")
        key = self.certificate.public_key
        if key.algorithm == "dsa" or (key.algorithm in {"rsa", "rsassa_pss"} and _bits(key) < MIN_RSA_BITS):
            return f"{key.algorithm.upper()} {_bits(key)}"
        if key.algorithm == "ec" and key.curve[1] in _CURVES:
            return str(key.curve[1])
        if key.algorithm == "ed448" and self.digest not in _SHAKE:
            return f"Ed448 with {self.digest}"  # RFC 8419 section 3.2
        return None

    @property
    def names_certificate(self) -> bool:
        """Whether the signed attributes name the signer's certificate, so that no other can be put in its place."""
        names = ("signing_certificate", "signing_certificate_v2")
        return any(True for name in names for _ in _attributes(self.signer_info["signed_attrs"], name))

    @property
    def stated_time(self) -> datetime | None:
        """Return the signing time of the signed attributes, if there is one."""
        for attribute in _attributes(self.signer_info["signed_attrs"], "signing_time"):
            moment = attribute.native
            if isinstance(moment, datetime) and moment.tzinfo is not None:
                return moment
        return None

    def tokens(self, spare: Sequence[Any] = ()) -> tuple[Container | None, ...]:
        """
        Return the signature timestamps; None for one whose certificate is nowhere to be found.

        No one signed that they are there: what cannot be read counts as absent, and `unread` names it.

        Args:
            spare: Certificates (asn1crypto) to look in for those that a timestamp leaves out (RFC 3161 section 2.4.1).
        """
        around = (*self.others, *spare)
        found: list[Container | None] = []
        name = "signature_time_stamp_token"
        try:
            attributes = [*_each(self.signer_info["unsigned_attrs"])]
            tokens = [value for item in attributes if _is_kind(item, name) for value in item["values"]]
        except Exception:  # noqa: BLE001 - asn1crypto raises whatever a piece raises
            self.unread.append(name)
            return ()
        for value in tokens:
            try:
                data = value["content"]
                known = _named(data, [*_certificates(data), *around]) is not None
                found.append(_container(value, around) if known else None)
            except Exception:  # noqa: BLE001 - as above
                self.unread.append(name)
        return tuple(found)

    @property
    def revocation_data(self) -> Evidence:
        """Return OCSP answers and CRLs that Adobe's signed attribute and the container itself carry."""
        answers: list[bytes] = []
        lists: list[bytes] = []
        for value in _attributes(self.signer_info["signed_attrs"], "adobe_revocation_info_archival"):
            answers += [item.dump() for item in value["ocsp"] or ()]
            lists += [item.dump() for item in value["crl"] or ()]
        try:
            for choice in self.signed_data["crls"] or ():
                if choice.name == "certificate_list":
                    lists.append(choice.chosen.dump())
                elif choice.chosen["other_rev_info_format"].native == "ocsp_response":
                    answers.append(choice.chosen["other_rev_info"].dump())
        except Exception:  # noqa: BLE001 - no one signed these: what cannot be read counts as absent
            self.unread.append("crls")
        return Evidence(answers=tuple(answers), lists=tuple(lists))

    @property
    def stamped_at(self) -> datetime:
        """Return the time of a timestamp."""
        moment = self.stamp_info["gen_time"].native
        if not isinstance(moment, datetime) or moment.tzinfo is None:
            raise CmsStructureError("its time cannot be read")
        return moment.astimezone(UTC)

    @property
    def imprint(self) -> tuple[str, bytes]:
        """Return the digest that a timestamp states: hash function and value."""
        imprint = self.stamp_info["message_imprint"]
        return imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native

    @property
    def stamp_info(self) -> Any:
        """What a timestamp states (`asn1crypto.tsp.TSTInfo`)."""
        return self.signed_data["encap_content_info"]["content"].parsed

    def fits(self, digest: Callable[[str], bytes]) -> tuple[bool, bool]:
        """
        Check digest and signature.

        Args:
            digest: Gives the digest of what was signed or stamped, by the name of the hash function.

        Returns:
            Whether the stated digest is that of the content, and whether the signature fits the certificate.

        Raises:
            CmsStructureError: when the container contradicts itself.
        """
        from pyhanko.sign.validation.generic_cms import validate_sig_integrity

        try:
            intact = True
            if self.content_type == "tst_info":
                name, stated = self.imprint
                intact = digest(name) == stated
                own = digest_of(self.digest, [bytes(self.signed_data["encap_content_info"]["content"])])
            else:
                own = digest(self.digest)
            for encoded in _readings(self.encoded):
                signer = type(self.signer_info).load(encoded)
                same, valid = validate_sig_integrity(signer, self.certificate, self.content_type, own)
                if valid:
                    break
        except CmsStructureError:
            raise
        except Exception as error:
            raise CmsStructureError("its parts contradict each other") from error
        return intact and same, valid


def _bits(key: Any) -> int:
    """Count the bits of an RSA or DSA key; asn1crypto rounds them up to whole bytes."""
    number = (
        key["algorithm"]["parameters"]["p"] if key.algorithm == "dsa" else key["public_key"].parsed["modulus"]
    )
    return int(number.native).bit_length()


def _expect(condition: object, problem: str) -> None:
    if not condition:
        raise CmsStructureError(problem)


def digest_of(name: str, parts: Iterable[bytes | memoryview]) -> bytes:
    """
    Hash ``parts`` by the function that CMS calls ``name``.

    Raises:
        CmsStructureError: for a function that is not known here.
    """
    _expect(name in _DIGESTS, "it uses a hash function that is not known")
    hasher = hashlib.new(name.removesuffix("_len"), usedforsecurity=False)
    for part in parts:
        hasher.update(part)
    if name in _SHAKE:
        return hasher.digest(64)  # type: ignore[call-arg]
    return hasher.digest()


def read_container(contents: bytes, kind: str | None = None) -> Container:
    """
    Read the container in a ``/Contents`` string; zero bytes may follow it, nothing else.

    Args:
        contents: The string.
        kind: What it must be, see `Container.content_type`; None for either.

    Raises:
        CmsStructureError: for anything that is not signed data with one signer whose certificate is in it.
    """
    from asn1crypto import pdf, tsp
    from asn1crypto.cms import ContentInfo
    from asn1crypto.parser import parse

    del pdf, tsp  # they teach `cms` Adobe's attribute and what a timestamp's content is
    _expect(len(contents) <= _MAX_BYTES, "it is larger than any signature")
    try:
        *_, header, content, trailer = parse(contents)
        rest = contents[len(header) + len(content) + len(trailer) :]
        _expect(not rest.strip(b"\0"), "other bytes follow it in the reserved room")
        found = _container(ContentInfo.load(contents))
    except CmsStructureError:
        raise
    except Exception as error:  # asn1crypto reads piece by piece and raises whatever a piece raises
        raise CmsStructureError("its bytes are not a signature container") from error
    _expect(kind in {None, found.content_type}, "it is of another kind than its field says")
    return found


def _readings(encoded: bytes) -> Iterable[bytes]:
    """
    Give the signer's part as it came, then with its signed attributes in the order of DER.

    RFC 5652 section 5.4 has the signature cover the attributes in DER even where they are sent in another order;
    some signers sign the order that they send. They are the same attributes either way.
    """
    from asn1crypto.cms import SignerInfo

    yield encoded
    attributes = SignerInfo.load(encoded)["signed_attrs"]
    sent = attributes.contents
    ordered = b"".join(sorted(item.dump() for item in _each(attributes)))
    if sent and ordered != sent:
        yield encoded.replace(sent, ordered, 1)


def _certificates(data: Any) -> list[Any]:
    return [choice.chosen for choice in data["certificates"] or () if choice.name == "certificate"]


def _named(data: Any, certificates: Sequence[Any]) -> Any:
    """Return the certificate that signed data names as its signer's, or None."""
    sid = data["signer_infos"][0]["sid"]
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            named = (
                certificate.issuer == sid.chosen["issuer"]
                and certificate.serial_number == sid.chosen["serial_number"].native
            )
        else:
            named = certificate.key_identifier == sid.chosen.native
        if named:
            return certificate
    return None


def _container(info: Any, spare: Sequence[Any] = ()) -> Container:
    _expect(info["content_type"].native == "signed_data", "it holds something else than signed data")
    data = info["content"]
    _expect(len(data["signer_infos"]) == 1, "its bytes are not a signature container")
    _expect(len(data["certificates"] or ()) <= _MAX_CERTIFICATES, "it holds too many certificates")
    content = data["encap_content_info"]
    kind = content["content_type"].native
    _expect(kind in {"data", "tst_info"}, "it signs something else than a document")
    attached = kind == "data" and content["content"].native is not None
    _expect(not attached, "it is not detached from the document")
    signer = data["signer_infos"][0]
    encoded = signer.dump()
    own = _certificates(data)
    found = _named(data, own)
    given = [item for item in own if item is not found]
    others = [item for item in given if _is_readable(item)]
    if found is None:
        found, given, others = _named(data, spare), [*spare], [*spare]
        _expect(found is not None, "the certificate of its signer is missing")
    result = Container(
        signed_data=data,
        signer_info=signer,
        certificate=found,
        others=tuple(others),
        encoded=encoded,
        digest=str(signer["digest_algorithm"]["algorithm"].native).lower(),
        content_type=kind,
        unread=["certificates"] * (len(others) < len(given)),
    )
    _touch(result)
    return result


def _touch(container: Container) -> None:
    """Read every part that is used later: asn1crypto reads on demand, and damage must show up here."""
    if container.content_type == "tst_info":
        _ = container.stamped_at, container.imprint
        _expect(container.signer_info["signed_attrs"].native, "a timestamp has no signed attributes")
    _ = container.weakness, container.stated_time, container.revocation_data, container.algorithm
    _read_through(container.certificate)


def _is_readable(certificate: Any) -> bool:
    try:
        _read_through(certificate)
    except Exception:  # noqa: BLE001 - asn1crypto raises whatever a piece raises
        return False
    return True


def _read_through(certificate: Any) -> None:
    _ = certificate.subject.native, certificate.issuer.native, certificate.not_valid_after
    _ = certificate.public_key.algorithm, certificate.serial_number


def _attributes(attributes: Any, name: str) -> Iterable[Any]:
    for attribute in _each(attributes):
        if attribute["type"].native == name:
            yield from attribute["values"]


def _each(attributes: Any) -> Iterable[Any]:
    from asn1crypto.core import Void

    return () if isinstance(attributes, Void) else attributes


def _is_kind(attribute: Any, name: str) -> bool:
    try:
        return bool(attribute["type"].native == name)
    except Exception:  # noqa: BLE001 - an attribute whose kind cannot be read is of no known kind
        return False
