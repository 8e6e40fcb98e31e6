"""
Who gets to which page: every address with every kind of visitor, held against a table that people read.

``tests/<part>/access.txt`` has a line for each address and method: what each kind of visitor gets. ``ok`` is an answer,
``login`` the way to the login, ``-`` that there is no such page. Posts are tried without what a form would send:
``form`` means that only the form was missing. ``PERIZINAN_WRITE_ACCESS=1`` writes the tables: read what changed before
it is kept, because nothing else says who may see a page.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from perizinan_portal._accounts._invite import invitation
from perizinan_portal._table import PARTS, routes

from perizinan_core.model import IdentityCheck, IdentityDocument
from perizinan_core.testing import sample_applicant, small_png

HERE = Path(__file__).parent
KINDS = (
    "stranger", "guest", "other", "owner", "loket", "loket-lain", "teknis", "kasir", "kasi", "pimpinan",
    "kepala", "supervisor", "auditor", "admin",
)  # fmt: skip


def at_counter(kit):
    """Begin an application at the counter, with a scan."""
    counter, clerk = kit.office.counter, kit.officer("loket-1")
    case = counter.begin(
        "warung",
        applicant=sample_applicant(),
        check=IdentityCheck(document=IdentityDocument.IDENTITY_CARD),
        actor=clerk,
    )
    kit.clock.forward(minutes=1)
    counter.upload(case.id, "ktp", BytesIO(small_png(2)), file_name="ktp.png", actor=clerk)
    return counter.get(case.id, actor=clerk)


@pytest.fixture(scope="module")
def cases(portal):
    """What the addresses are about: the owner's draft, a case that was handed in, and one with a permit."""
    kit, owner = portal.office, portal.actor("owner")
    issued = kit.permit("warung", actor=owner)
    handed_in = kit.submit("warung", actor=owner)
    draft = kit.draft("warung", actor=owner)
    counter = at_counter(kit)
    return {
        "draft": draft.id,
        "counter": counter.id,
        "counter_paper": counter.documents[0].id,
        "handed_in": handed_in.id,
        "issued": issued.application_id,
        "permit": issued.id,
        "changing": kit.office.permits.amend(issued.id, actor=owner).id,
        "paper": handed_in.documents[0].id,
        "upload": kit.office.incoming.begin(draft.id, "ktp", size=9, file_name="a.png", actor=owner).id,
        "clerk": kit.assignee(handed_in.id, "periksa").id,
        "token": invitation(portal.services, "kasir").rpartition("/")[2],
    }


@pytest.fixture(scope="module")
def visitors(portal, cases):
    """One visitor of each kind."""
    other_clerk = {"loket-1": "loket-2", "loket-2": "loket-1"}[cases["clerk"]]
    names = {"loket": cases["clerk"], "loket-lain": other_clerk}
    found = {
        kind: portal.visitor(names.get(kind, kind)) for kind in KINDS if kind not in ("stranger", "guest")
    }
    guest = portal.stranger()
    guest.open("/izin/warung/ajukan").form("ajukan").fill(
        name="Tamu", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    ).send()  # fmt: skip
    return {"stranger": portal.stranger(), "guest": guest, **found}


EXAMPLES = {
    "year": "2026",
    "finding": "0",
    "table": "kejadian.csv",
    "code": "warung",
    "slot": "ktp",
    "stage": "periksa",
    "act": "benturan",
    "page": "1",
    "number": "1",
    "kind": "amendment",
    "officer": "kasir",
    "size": "kecil",
    "held": "x",
}
DRAFTS = {
    "draft",
    "submission",
    "discard",
    "upload",
    "remove-paper",
    "reuse-paper",
    "give-up-upload",
    "drop-held",
    "inspect-held",
    "begun-upload",
    "continued-upload",
    "papers",
    "holder",
    "permit-kind",
}
ISSUED = {"permit-file"}
PERMITS = {"own-permit", "own-permit-file", "successor"}
COUNTER = {
    "counter-draft", "counter-upload", "counter-remove", "counter-discard", "counter-hand-in", "counter-consent",
    "counter-papers", "counter-holder", "counter-picture",
}  # fmt: skip


def _address(route, cases):
    values = {**EXAMPLES, "paper": cases["paper"], "token": cases["token"], "upload": cases["upload"]}
    which = "draft" if route.name in DRAFTS else "issued" if route.name in ISSUED else "handed_in"
    which = "permit" if route.name in PERMITS else "changing" if route.name == "changes" else which
    values["id"] = cases["counter" if route.name in COUNTER else which]
    if route.name == "counter-picture":
        values["paper"] = cases["counter_paper"]
    path = route.path
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    return path


def _cell(visitor, method, address):
    """Return what a visitor gets; nothing is changed, since a form without its token is refused."""
    answer = visitor.request(method, address, follow=False, headers={"tus-resumable": "1.0.0"})
    if answer.status_code == 303:
        place = answer.headers["location"]
        return "login" if place.startswith("/masuk?") else "ok"
    if method not in ("GET", "HEAD") and answer.status_code == 403:
        return "form"
    return {404: "-", 200: "ok", 204: "ok"}.get(answer.status_code, str(answer.status_code))


def table(part, portal, cases, visitors):
    """Return the table of a part as it is."""
    lines = [f"{'page':<24}{'':<6}" + "".join(f"{kind:<11}" for kind in KINDS)]
    for route in PARTS[part].ROUTES:
        for method in route.methods:
            cells = [_cell(visitors[kind], method, _address(route, cases)) for kind in KINDS]
            lines.append(f"{route.name:<24}{f'{method} ':<6}" + "".join(f"{cell:<11}" for cell in cells))
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("part", sorted(PARTS))
def test_everyone_gets_to_the_pages_that_are_for_them_and_to_no_other(part, portal, cases, visitors):
    """The table says it; a new page needs its line, which is read before it is written."""
    path = HERE / part / "access.txt"
    found = table(part, portal, cases, visitors)
    if os.environ.get("PERIZINAN_WRITE_ACCESS"):
        path.write_text(found, encoding="utf-8")
    expected = path.read_text(encoding="utf-8") if path.exists() else ""

    assert expected == found, f"{path.relative_to(HERE)} should say, if this is right:\n{found}"


@pytest.mark.parametrize(
    "name", [name for name, route in routes().items() if "{id}" in route.path and route.act]
)
def test_a_complete_form_for_a_case_of_others_changes_nothing(portal, cases, visitors, name):
    """With the token of the own session: for other applicants, and for officers who have nothing to do with it."""
    route, host = routes()[name], portal.office.office.applications
    address = _address(route, cases)
    named = ("draft", "issued", "handed_in", "permit", "changing", "counter")
    key = next(key for key in named if cases[key] in address)
    case = cases["issued" if key == "permit" else key]
    from perizinan_core.testing import HOST

    before = host.get(case, actor=HOST).version
    # What one clerk began at the counter, another clerk of the unit continues.
    clerks = () if name in COUNTER else ("loket-lain",)
    for kind in ("guest", "other", *clerks, "teknis", "admin", "auditor"):
        visitor = visitors[kind]
        token = visitor.cookies["__Host-perizinan_session"]
        secret = portal.services.store.sessions.find(token).form_secret
        answer = visitor.request(
            "POST", address, follow=False, data={"_token": secret, "outcome": "positive"}
        )

        assert answer.status_code in (303, 404, 409, 413, 422), (kind, answer.status_code)
    assert before == host.get(case, actor=HOST).version
