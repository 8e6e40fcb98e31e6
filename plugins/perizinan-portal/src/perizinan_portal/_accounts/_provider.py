"""
Logging in with an identity provider: a login elsewhere, such as that of a national digital identity.

A login elsewhere opens only the account that it was connected with. An account that is there is connected by its owner
alone: logged in, or with the password of the account; that the provider names the same mail address is not enough.
Officers log in with their own password and second factor.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

import attrs

from perizinan_core.errors.storage import AlreadyExistsError
from perizinan_core.i18n import N_
from perizinan_portal._accounts._login import enter, going
from perizinan_portal._accounts._passwords import is_right
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, Who, password
from perizinan_portal._kit._accounts import own_account
from perizinan_portal._store import Account, AccountKind, Purpose, Token
from perizinan_portal.hooks import Identity, IdentityProvider, LoginRequest

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Known:
    """What is asked before a login elsewhere is connected with an account that is there."""

    password: str = password(N_("Password of this account"))


def begin(visit: Visit) -> Answer:
    """Remember the login that begins, and lead to the provider."""
    provider = _provider(visit)
    if visit.officer is not None:
        raise PortalError("page-not-found")
    request = _request(visit, provider)
    payload = {
        "provider": provider.name,
        "nonce": request.nonce,
        "verifier": request.verifier,
        "browser": _browser(visit),
        "going": going(visit),
    }
    state = visit.services.store.tokens.give(Purpose.PROVIDER, now=visit.services.now, payload=payload)
    address = _ask(provider, lambda: provider.begin(attrs.evolve(request, state=state)))
    return Page("accounts/provider.html", {"provider": provider, "address": address})


def come_back(visit: Visit) -> Answer:
    """Take what the provider says, once, in the browser that began it."""
    provider, store = _provider(visit), visit.services.store
    token = store.tokens.find(visit.query("state"), Purpose.PROVIDER, now=visit.services.now)
    if token is None or token.payload["provider"] != provider.name or not store.tokens.use(token):
        raise PortalError("link-used")
    if not hmac.compare_digest(str(token.payload["browser"]), _browser(visit)):
        raise PortalError("form-not-ours")
    request = attrs.evolve(
        _request(visit, provider),
        state=visit.query("state"),
        nonce=str(token.payload["nonce"]),
        verifier=str(token.payload["verifier"]),
    )
    query = {name: value for name, value in visit.request.query_params.items() if len(value) < 4096}
    identity = _ask(provider, lambda: provider.finish(request, query))
    if not isinstance(identity, Identity) or not identity.subject:
        raise PortalError("provider-failed", provider=provider.name)
    return _let_in(visit, provider, identity, token)


def _let_in(visit: Visit, provider: IdentityProvider, identity: Identity, token: Token) -> Answer:
    store, now = visit.services.store, visit.services.now
    linked = store.identities.account_of(provider.name, identity.subject)
    account = None if linked is None else store.accounts.get(linked)
    if visit.is_registered:
        return _connect(visit, provider, identity, own_account(visit), linked)
    if account is not None:
        answer = enter(visit, account) if account.kind is AccountKind.PUBLIC else None
        if answer is None:
            raise PortalError("link-used")
        return answer
    email = identity.email if identity.email_verified else None
    if email is None:
        raise PortalError("provider-no-email", provider=provider.name)
    if store.accounts.by_login(email) is None:
        made = store.accounts.add(AccountKind.PUBLIC, now=now, email=email, name=identity.name)
        store.identities.link(provider.name, identity.subject, made.id, now=now)
        visit.begin_session(made)
        return Redirect(visit.url("own-cases"), note=N_("Your account is ready."))
    payload = {
        "provider": provider.name,
        "subject": identity.subject,
        "email": email,
        "browser": _browser(visit),
        "going": token.payload["going"],
    }
    link = store.tokens.give(Purpose.LINK, now=now, payload=payload)
    return Redirect(visit.url("connect-provider", token=link))


def _connect(
    visit: Visit, provider: IdentityProvider, identity: Identity, account: Account, linked: str | None
) -> Answer:
    if account.officer is not None or linked not in (None, account.id):
        raise PortalError("identity-taken")
    if linked is None:
        visit.services.store.identities.link(
            provider.name, identity.subject, account.id, now=visit.services.now
        )
    return Redirect(visit.url("account"), note=N_("The login is connected with your account."))


def ask(visit: Visit, form: Form[Known] | None = None) -> Answer:
    """Ask for the password of the account that is there."""
    token = _link(visit)
    values = {
        "form": form or Form(Known),
        "email": token.payload["email"],
        "provider": visit.services.extensions.providers[str(token.payload["provider"])],
        "token": visit.path["token"],
    }
    return Page("accounts/provider_connect.html", values, status=422 if form else 200)


def connect(visit: Visit) -> Answer:
    """Connect it, and continue to the second factor where there is one."""
    token, form, store = _link(visit), visit.read(Known), visit.services.store
    if form.value is None:
        return ask(visit, form)
    email = str(token.payload["email"])
    visit.limit("login-name", email.casefold(), times=10, minutes=15)
    account = store.accounts.by_login(email)
    right = is_right(account.password if account else None, form.value.password)
    if account is None or not right or account.kind is not AccountKind.PUBLIC:
        return ask(visit, form.refuse("password", N_("This is not the password of the account")))
    if account.second_factor is None:
        _link_once(visit, token, account)
    # With a second factor the password alone connects nothing: the owner does it in the account afterwards.
    store.tokens.use(token)
    answer = enter(visit, account)
    if answer is None:
        raise PortalError("link-used")
    return answer


def _link_once(visit: Visit, token: Token, account: Account) -> None:
    try:
        visit.services.store.identities.link(
            str(token.payload["provider"]),
            str(token.payload["subject"]),
            account.id,
            now=visit.services.now,
        )
    except AlreadyExistsError as error:
        raise PortalError("identity-taken") from error


def disconnect(visit: Visit) -> Answer:
    """Take the login off the account, where another way in is left."""
    account = own_account(visit)
    if account.password is None:
        return Redirect(
            visit.url("account"), note=N_("Choose a password first: it would be the only way in.")
        )
    visit.services.store.identities.unlink(account.id, visit.path["provider"])
    return Redirect(visit.url("account"), note=N_("The login is not connected any more."))


def _provider(visit: Visit) -> IdentityProvider:
    found = visit.services.extensions.providers.get(visit.path["provider"])
    if found is None:
        raise PortalError("page-not-found")
    return found


def _request(visit: Visit, provider: IdentityProvider) -> LoginRequest:
    address = visit.services.settings.address.rstrip("/")
    return LoginRequest(
        state="-",
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        callback=address + visit.url("provider-back", provider=provider.name),
        language=visit.language,
    )


def _ask(provider: IdentityProvider, call: Any) -> Any:
    try:
        return call()
    except PortalError:
        raise
    except Exception as error:  # someone else's code, and someone else's server
        raise PortalError("provider-failed", provider=provider.name) from error


def _browser(visit: Visit) -> str:
    """Return a mark of the browser: what begins in one is not finished in another."""
    return hashlib.sha256(visit.form_secret.encode()).hexdigest()


def _link(visit: Visit) -> Token:
    found = visit.services.store.tokens.find(visit.path["token"], Purpose.LINK, now=visit.services.now)
    if found is None or found.payload["provider"] not in visit.services.extensions.providers:
        raise PortalError("link-used")
    if not hmac.compare_digest(str(found.payload["browser"]), _browser(visit)):
        raise PortalError("form-not-ours")
    return found


ROUTES = (
    PageRoute(path="/masuk/lewat/{provider}", name="provider", act=begin, rate=Rate(20)),
    PageRoute(path="/masuk/lewat/{provider}/kembali", name="provider-back", show=come_back),
    PageRoute(path="/masuk/sambung/{token}", name="connect-provider", show=ask, act=connect, rate=Rate(20)),
    PageRoute(
        path="/akun/lewat/{provider}/lepas",
        name="provider-off",
        act=disconnect,
        who=Who.ACCOUNT,
        rate=Rate(20),
    ),
)
