"""One request: who sent it, what was posted, and the words and links that its page needs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode

import attrs
from starlette.requests import Request

from perizinan_core import Actor, ActorKind, Office
from perizinan_core.model import Officer
from perizinan_portal._errors import PortalError
from perizinan_portal._kit._fields import Form
from perizinan_portal._kit._guests import claim_drafts
from perizinan_portal._kit._sentences import Sentence, say
from perizinan_portal._kit._services import HOST, Services
from perizinan_portal._store import Account, AccountKind, Level, Session

__all__ = ["Posted", "Upload", "Visit", "rights_of"]

T = TypeVar("T")


@attrs.frozen
class Upload:
    """A file as it arrived; nothing about it is known yet but what the sender says."""

    name: str
    file: BinaryIO
    size: int


@attrs.frozen
class Posted:
    """What a form sent."""

    values: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict, repr=False)
    files: Mapping[str, tuple[Upload, ...]] = attrs.field(factory=dict, repr=False)

    def one(self, name: str) -> str:
        """Return the last value of a field, or an empty text."""
        return (self.values.get(name) or ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return self.values.get(name, ())

    @property
    def single(self) -> dict[str, str]:
        """Every field with its last value."""
        return {name: found[-1] for name, found in self.values.items() if found}


@attrs.define(kw_only=True)
class Visit:
    """A request, for the page that answers it."""

    request: Request = attrs.field(repr=False)
    services: Services = attrs.field(repr=False)
    language: str
    posted: Posted = attrs.field(factory=Posted)
    session: Session | None = None
    account: Account | None = None
    officer: Officer | None = None
    pending: Account | None = None
    """Whose password was right, and whose second factor is still to come; no one is logged in yet."""

    visitor_secret: str = attrs.field(repr=False)
    """Of the cookie that forms without a session are held against."""

    is_restored: bool = False
    """The values were typed before the session ended; they are shown, not carried out."""

    begun_token: str | None = attrs.field(default=None, repr=False)
    """A session that this request began; the cookie is set with the answer."""

    is_over: bool = False
    """The session ended with this request."""

    claimed: int = 0
    """How many drafts of a guest went along with this login."""

    @property
    def office(self) -> Office:
        """The office; everything that is asked of it carries `actor`."""
        return self.services.office

    @property
    def path(self) -> Mapping[str, str]:
        """Parameters of the address, by name."""
        return self.request.path_params

    @property
    def place(self) -> str:
        """The address of this page, without the host."""
        query = f"?{self.request.url.query}" if self.request.url.query else ""
        return self.request.url.path + query

    @property
    def key(self) -> str:
        """
        The key of this very form, for ``idempotency_key``: pressed twice, it does its work once.

        Every form that is shown has another one.
        """
        return f"portal-{self.posted.one('_key') or secrets.token_urlsafe(16)}"[:80]

    @property
    def form_secret(self) -> str:
        """What a form of this visitor sends back."""
        return self.visitor_secret if self.session is None else self.session.form_secret

    @property
    def actor(self) -> Actor:
        """
        Who asks, for the office's use cases.

        Raises:
            PortalError: ``page-not-found``: no one is logged in; the table of addresses lets no one so far.
        """
        if self.officer is not None:
            return self.officer.as_actor()
        if self.account is None or self.account.kind is AccountKind.OFFICER:
            raise PortalError("page-not-found")
        return Actor(id=self.account.id, kind=ActorKind.APPLICANT, name=self.account.name)

    @property
    def is_applicant(self) -> bool:
        """Whether it is someone of the applicant's side, guests included."""
        return self.account is not None and self.account.kind is not AccountKind.OFFICER

    @property
    def is_registered(self) -> bool:
        """Whether someone is logged in, and not as a guest."""
        return self.account is not None and self.account.kind is not AccountKind.GUEST

    def query(self, name: str) -> str:
        """Return a value of the address's query, or an empty text."""
        return str(self.request.query_params.get(name, ""))

    def read(self, kind: type[T]) -> Form[T]:
        """Read what was posted as a form."""
        return Form.read(kind, self.posted.single)

    def fill(self, kind: type[T], **known: object) -> Form[T]:
        """Return a form for the first time: with what is known, or with what was typed before the session ended."""
        if self.is_restored:
            return Form(kind, self.posted.single)
        return Form(kind, {name: "" if value is None else str(value) for name, value in known.items()})

    def say(self, sentence: object, **fields: object) -> str:
        """Return a sentence in the language of the visitor."""
        return say(sentence, self.language, self.services.extensions.sentences(self.language), **fields)

    def url(self, name: str, /, *, query: Mapping[str, str] | None = None, **values: str) -> str:
        """Return the address of a page by its name."""
        route = self.services.table[name]
        path = route.path
        for key, value in values.items():
            path = path.replace("{" + key + "}", quote(value, safe=""))
        shown = f"?{urlencode(query)}" if query else ""
        return f"{self.request.scope.get('root_path', '')}{path}{shown}"

    def begin_session(
        self, account: Account, level: Level = Level.FULL, officer: Officer | None = None
    ) -> None:
        """Let the browser be known from now on; a session that it had is over."""
        guest = self._guest()
        self.begun_token = self.services.store.sessions.begin(
            account.id,
            level=level,
            rights=rights_of(officer),
            now=self.services.now,
            ends=None if self.session is None else self.session.digest,
            guest=guest if level is Level.PASSWORD else None,
        )
        if level is Level.FULL and account.kind is AccountKind.PUBLIC and guest not in (None, account.id):
            self.claimed = claim_drafts(self.services, str(guest), account.id)
        self.account, self.officer = account, officer

    def _guest(self) -> str | None:
        """Return the guest that this browser was, whose drafts go along with a login."""
        if self.account is not None and self.account.kind is AccountKind.GUEST:
            return self.account.id
        return None if self.session is None else self.session.guest

    def end_session(self) -> None:
        """Forget the browser."""
        if self.session is not None:
            self.services.store.sessions.end(self.session.digest)
        self.session, self.account, self.officer, self.is_over = None, None, None, True

    def as_applicant(self) -> Actor:
        """
        Return the actor of the applicant's side, for who begins something; a stranger becomes a guest.

        Raises:
            PortalError: ``page-not-found``: for officers, who apply with an account of their own.
        """
        if self.account is None:
            guest = self.services.store.accounts.add(AccountKind.GUEST, now=self.services.now)
            self.begin_session(guest, Level.GUEST)
        return self.actor

    def limit(self, what: str, whose: str, *, times: int, minutes: int) -> None:
        """Count a try; raises `PortalError` ``too-many-tries``. Beside `PageRoute.rate`, which counts clients."""
        self.services.limiter.hit(what, whose, times=times, minutes=minutes)

    def officers_of(self) -> Sequence[Officer]:
        """Return everyone on the staff record, for the portal's own pages of accounts."""
        return self.office.reviews.officers(actor=HOST)


def rights_of(officer: Officer | None) -> str:
    """Return a fingerprint of what an officer may do; when it changes, the session gets another token."""
    if officer is None:
        return ""
    said: Sequence[Any] = (
        sorted(officer.roles), sorted(officer.units), officer.position, sorted(officer.acting_positions)
    )  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def sentence_of(note: Sentence | str | None) -> str | None:
    """Return a note as it is kept for the next page: a msgid alone."""
    return note.msgid if isinstance(note, Sentence) else note
