"""Logging in with an identity provider, against a real one that runs on this machine."""

from __future__ import annotations

import importlib.util
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import attrs
import httpx
import pytest
from perizinan_portal._accounts._codes import new_secret
from perizinan_portal._accounts._passwords import hash_password
from perizinan_portal._store import AccountKind
from perizinan_portal.hooks import LoginRequest
from perizinan_portal.oidc import oidc_provider
from perizinan_portal.testing import sample_portal

EXAMPLE = Path(__file__).parents[4] / "examples/portal-extension/portal_extension"
PASSWORD = "empat kata yang mudah"


@pytest.fixture(scope="module")
def issuer():
    """An OpenID Connect provider in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address, deadline = f"http://localhost:{port}", time.monotonic() + 30
        while True:
            try:
                httpx.get(address + "/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield address
        process.terminate()


@pytest.fixture(scope="module")
def portal(issuer, tmp_path_factory):
    """A portal with the extension among the examples, which offers that provider."""
    spec = importlib.util.spec_from_file_location("portal_extension_sso", EXAMPLE / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["portal_extension_sso"] = module
    spec.loader.exec_module(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOKET_SSO_ISSUER", issuer)
        patch.setenv("LOKET_SSO_SECRET", "made up")
        kit = sample_portal(tmp_path_factory.mktemp("portal"), extensions=[module])
        yield kit
    kit.close()
    del sys.modules["portal_extension_sso"]


def _person(issuer, *, verified=True, **claims):
    """Put someone on record at the provider and return the subject and the address."""
    email = f"warga-{uuid4().hex[:8]}@surat.example.org"
    given = {"email": email, "email_verified": verified, "name": "Warga Contoh", **claims}
    httpx.put(f"{issuer}/users/{email}", json=given).raise_for_status()
    return email


def _there(visitor, subject, page=None):
    """Log in at the provider, and return the address with which the browser comes back."""
    page = (page or visitor.open("/masuk")).form("lewat/sso").send()
    address = page.links["Continue"]
    answer = httpx.post(address, data={"sub": subject})
    return re.sub(r"^https?://[^/]+", "", answer.headers["location"])


def _own(visitor):
    """Agree to the rules of the example where they are asked for, and open the own account."""
    page = visitor.open("/akun")
    if "tata-tertib" in page.url:
        page.form("tata-tertib").fill(agreed="1").send()
    return visitor.open("/akun")


def _account(portal, email, **more):
    store, now = portal.services.store, portal.services.now
    made = store.accounts.add(
        AccountKind.PUBLIC, now=now, email=email, name="Warga", password=hash_password(PASSWORD)
    )
    changed = attrs.evolve(made, **more)
    store.accounts.save(changed, now=now)
    return changed


def test_a_confirmed_address_begins_an_account_and_opens_it_the_next_time(portal, issuer):
    """The same identity, the same account."""
    email = _person(issuer)
    visitor, again = portal.stranger(), portal.stranger()
    visitor.open(_there(visitor, email))
    first = portal.services.store.accounts.by_login(email)
    again.open(_there(again, email))

    assert AccountKind.PUBLIC is first.kind
    assert email in _own(visitor).text
    assert email in _own(again).text
    assert first == portal.services.store.accounts.by_login(email)


def test_an_account_that_is_there_is_not_opened_by_the_address_alone(portal, issuer):
    """Its password connects it; from then on both ways lead in."""
    email = _person(issuer)
    account = _account(portal, email)
    visitor = portal.stranger()
    page = visitor.open(_there(visitor, email))
    assert "There is an account of" in page.text
    assert "/masuk" in visitor.open("/akun").url
    wrong = page.form("sambung").fill(password="bukan kata sandinya").send()
    assert ["This is not the password of the account"] == wrong.errors
    page.form("sambung").fill(password=PASSWORD).send()
    other = portal.stranger()
    other.open(_there(other, email))

    assert account.id == portal.services.store.identities.account_of("sso", email)
    assert email in _own(other).text


def test_an_address_that_the_provider_did_not_confirm_opens_and_begins_nothing(portal, issuer):
    """The person who wrote it there need not have it."""
    email = _person(issuer, verified=False)
    visitor = portal.stranger()
    page = visitor.open(_there(visitor, email))

    assert 422 == page.status
    assert "gives no confirmed e-mail address" in page.text
    assert portal.services.store.accounts.by_login(email) is None


def test_a_second_factor_is_asked_for_as_after_a_password(portal, issuer):
    """And the password alone connects nothing."""
    email = _person(issuer)
    account = _account(portal, email, second_factor=new_secret())
    visitor = portal.stranger()
    page = visitor.open(_there(visitor, email)).form("sambung").fill(password=PASSWORD).send()
    assert "/masuk/kode" in page.url
    assert portal.services.store.identities.account_of("sso", email) is None
    portal.services.store.identities.link("sso", email, account.id, now=portal.services.now)
    other = portal.stranger()

    assert "/masuk/kode" in other.open(_there(other, email)).url


def test_the_owner_connects_and_disconnects_it_in_the_account(portal, issuer):
    """An identity belongs to one account."""
    email, another = _person(issuer), _person(issuer)
    owner = portal.visitor("wulan")
    portal.services.store.accounts.save(
        attrs.evolve(portal.account("wulan"), password=hash_password(PASSWORD)), now=portal.services.now
    )
    owner.open("/loket/tata-tertib").form("tata-tertib").fill(agreed="1").send()
    page = owner.open(_there(owner, email, owner.open("/akun")))
    assert "The login is connected with your account." in page.text
    thief = portal.visitor("bagus")
    thief.open("/loket/tata-tertib").form("tata-tertib").fill(agreed="1").send()
    taken = thief.open(_there(thief, email, thief.open("/akun")))
    assert 409 == taken.status
    page = owner.open("/akun").form("lepas").send()

    assert "The login is not connected any more." in page.text
    assert portal.services.store.identities.account_of("sso", email) is None
    assert another


def test_an_answer_is_taken_once_and_only_in_the_browser_that_began(portal, issuer):
    """No one is led into the account of someone else."""
    email = _person(issuer)
    began, other = portal.stranger(), portal.stranger()
    other.open("/masuk")
    back = _there(began, email)
    assert 403 == other.open(back).status
    assert 404 == began.open(back).status
    assert 404 == began.open("/masuk/lewat/sso/kembali?state=x&code=y").status
    assert 404 == began.open("/masuk/lewat/lain/kembali?state=x").status


def test_officers_do_not_log_in_elsewhere(portal, issuer):
    """Their second factor is this office's own."""
    page = portal.visitor("loket-1").open("/akun")

    assert "Masuk dengan SSO" not in page.text


def test_a_provider_that_fails_is_said_with_another_way_in(portal, issuer):
    """A wrong code, or a server that is down: never an error page without a way on."""
    visitor = portal.stranger()
    page = visitor.open("/masuk").form("lewat/sso").send()
    state = re.search(r"state=([^&]+)", page.links["Continue"])[1]
    page = visitor.open(f"/masuk/lewat/sso/kembali?state={state}&code=salah")

    assert 502 == page.status
    assert "log in with your e-mail address and password" in page.text


def test_a_token_for_another_login_is_not_believed(issuer):
    """The nonce of the ID token has to be this login's."""
    provider = oidc_provider(
        name="sso", label="SSO", issuer=issuer, client_id="portal", client_secret=lambda: "x"
    )
    request = LoginRequest(
        state="s", nonce="n-1", verifier="v" * 50, callback="http://127.0.0.1/kembali", language="id"
    )
    email = _person(issuer)
    answer = httpx.post(provider.begin(request), data={"sub": email})
    query = dict(httpx.URL(answer.headers["location"]).params)
    with pytest.raises(Exception, match="nonce"):
        provider.finish(attrs.evolve(request, nonce="n-2"), query)


def test_an_issuer_without_https_is_refused():
    """Anyone on the way could answer."""
    with pytest.raises(ValueError, match="https"):
        oidc_provider(name="sso", label="SSO", issuer="http://sso.example.org", client_id="portal")
