"""Texts of messages that others wrote: checked when the office opens, so that no message fails when it is due."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from string import Formatter
from urllib.parse import urlsplit

from perizinan_core.hooks._texts import MessageText
from perizinan_core.i18n import LANGUAGES
from perizinan_core.model._authority import Authority
from perizinan_core.model._events import EventKind
from perizinan_core.services._digest_texts import DIGEST
from perizinan_core.services._message_wordings import wording_of

__all__ = [
    "Texts",
    "by_kind",
    "link_problem",
    "links_in",
    "own_hosts",
    "placeholders_of",
    "stray_links",
    "text_problems",
    "without_stray_links",
]

Texts = Mapping[tuple[EventKind, str, str], MessageText]
"""By kind, outcome (or nothing) and language."""

_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+|(?<![\w.@])(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*", re.IGNORECASE
)
"""A scheme, ``www.``, or a host with a path: what mail programs and phones underline."""

_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|www\.)+", re.IGNORECASE)
"""What makes a link of an address, at its beginning."""

_FREE = frozenset({"receipt", "permit_type"})
"""Placeholders that may be left out: they say which case it is, and nothing of it."""


def placeholders_of(kind: EventKind, outcome: str = "") -> tuple[frozenset[str], frozenset[str]] | None:
    """Return the placeholders that a text may have and those that it must have; None: no one is sent anything."""
    if kind is EventKind.MESSAGES_COLLECTED:
        known = frozenset(_fields(DIGEST.body))
        return known, known - {"count"}
    wording = wording_of(kind, outcome)
    if wording is None:
        return None
    known = frozenset(_fields(wording.subject)) | frozenset(_fields(wording.body))
    return known | _FREE, known - _FREE


def text_problems(texts: Iterable[MessageText], authority: Authority | None = None) -> tuple[str, ...]:
    """
    Return everything that is wrong with some texts, one sentence for each.

    Args:
        texts: To be checked.
        authority: Whose messages they are: links lead to its own addresses; None: links are refused.
    """
    hosts = frozenset() if authority is None else own_hosts(authority)
    return tuple(problem for text in texts for problem in (*_problems(text), *_links(text, hosts)))


def own_hosts(authority: Authority) -> frozenset[str]:
    """Return the hosts that messages may lead to: those of the addresses that the authority itself names."""
    return frozenset(host for address in _stated(authority) if (host := urlsplit(address).hostname))


def _stated(authority: Authority) -> tuple[str, ...]:
    return (
        authority.verification_url,
        *([] if authority.contact is None or authority.contact.web is None else [authority.contact.web]),
        *(channel.address for channel in authority.contacts),
    )


def stray_links(text: str, authority: Authority, *, development: bool = False) -> tuple[str, ...]:
    """
    Return the links of a message that lead elsewhere than to the office.

    People write into messages too: in a reason, or in the name of a paper. Only what begins as a link counts here;
    the number of a permit may look like a host with a path (``503/IMB.PU/2026``).

    Args:
        text: Subject or text, as it would be sent.
        authority: Whose message it is.
        development: True lets ``http`` pass as well.
    """
    hosts, stated = own_hosts(authority), _stated(authority)
    schemes = ("https", "http") if development else ("https",)
    found = (link for link in links_in(text) if "://" in link or link.lower().startswith("www."))
    return tuple(link for link in found if link not in stated and not _is_own(link, hosts, schemes))


def without_stray_links(text: str, authority: Authority, *, development: bool = False) -> str:
    """
    Return a text in which what leads elsewhere is written as words: ``https://oss.go.id/x`` as ``oss.go.id/x``.

    What someone typed keeps no message back, and makes no link of the office either. Arguments as in `stray_links`.
    """
    while strays := stray_links(text, authority, development=development):
        for link in strays:
            text = text.replace(link, _SCHEME.sub("", link).replace("://", " "))
    return text


def _is_own(link: str, hosts: Collection[str], schemes: Collection[str]) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in schemes and parts.hostname in hosts and "@" not in parts.netloc


def link_problem(link: str, hosts: Collection[str]) -> str | None:
    """Return why a link may not stand in a message, or None."""
    parts = urlsplit(link)
    if parts.scheme != "https":
        return "a link begins with https://"
    if parts.hostname not in hosts:
        return f"a link leads to the office's own addresses: {', '.join(sorted(hosts)) or '-'}"
    if parts.query or parts.fragment or "@" in parts.netloc or "{" in link:
        return "a link holds nothing of the case and no secret: no ?, no #, no login, no placeholder"
    return None


def links_in(text: str) -> tuple[str, ...]:
    """Return what a mail program would make a link of."""
    return tuple(found[0].rstrip(".,;:)>”\"'") for found in _LINK.finditer(text))


def _links(text: MessageText, hosts: Collection[str]) -> Iterator[str]:
    outcome = "" if text.outcome is None else f" ({text.outcome.value})"
    for link in (*links_in(text.subject), *links_in(text.body)):
        if problem := link_problem(link, hosts):
            yield f"{text.kind}{outcome}, {text.language}: {problem}"


def by_kind(texts: Iterable[MessageText]) -> Texts:
    """Return texts as they are looked up; of two for one message the first counts."""
    found: dict[tuple[EventKind, str, str], MessageText] = {}
    for text in texts:
        outcome = "" if text.outcome is None else text.outcome.value
        found.setdefault((text.kind, outcome, text.language), text)
    return found


def _problems(text: MessageText) -> Iterator[str]:
    outcome = "" if text.outcome is None else text.outcome.value
    name = f"{text.kind}{f' ({outcome})' if outcome else ''}, {text.language}"
    allowed = placeholders_of(text.kind, outcome)
    if allowed is None:
        yield f"{name}: no message is sent about it"
        return
    if text.language not in LANGUAGES:
        yield f"{name}: the languages are {', '.join(LANGUAGES)}"
    if not text.subject.strip() or "\n" in text.subject:
        yield f"{name}: the subject has to be one line"
    known, needed = allowed
    used: set[str] = set()
    for part in (text.subject, text.body):
        try:
            used |= set(_fields(part))
        except ValueError as error:
            yield f"{name}: a brace is not closed ({error})"
            return
    for strange in sorted(used - known):
        yield f"{name}: there is not a placeholder {{{strange}}}; there are: {', '.join(sorted(known))}"
    for missing in sorted(needed - set(_fields(text.body))):
        yield f"{name}: {{{missing}}} is missing in the body; people need to know it"


def _fields(text: str) -> Iterator[str]:
    """Yield what stands in braces, whole: attributes, indexes and formats are not placeholders of ours."""
    for _, field, form, conversion in Formatter().parse(text):
        if field is not None:
            yield field + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
