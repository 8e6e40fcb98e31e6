"""What the portal does by itself."""

from __future__ import annotations

from perizinan_portal._serving import tidy


def test_guests_who_did_not_come_back_and_old_sessions_are_removed(portal):
    """And no one else."""
    store, now = portal.services.store, portal.services.now
    person, guest = portal.account("ratih"), portal.stranger()
    guest.open("/izin/warung/ajukan").form("ajukan").fill(
        name="Tamu", nik="3572015208900000", phone="081200000000", street="Jalan Contoh 7",
        village="Contoh", district="Contoh", regency="Contoh",
    ).send()  # fmt: skip
    session = store.sessions.find(guest.cookies["__Host-perizinan_session"])
    tidy(portal.services)
    assert store.accounts.get(session.account) is not None
    portal.office.clock.forward(days=31)
    tidy(portal.services)

    assert now < portal.services.now
    assert store.accounts.get(session.account) is None
    assert store.sessions.find(guest.cookies["__Host-perizinan_session"]) is None
    assert person == store.accounts.get(person.id)
