"""Stopping messages by phone about one case, without an account: with its receipt number and secret."""

from __future__ import annotations

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Page, PageRoute, Rate, Redirect, Visit
from perizinan_portal._public._tracking import Receipt

__all__ = ["ROUTES"]


def stop(visit: Visit) -> Answer:
    """Withdraw every consent of the case; neither number nor secret stands in an address."""
    form = visit.read(Receipt)
    if form.value is None:
        return Redirect(visit.url("tracking"))
    try:
        visit.office.contacts.withdraw_by_secret(form.value.number, form.value.secret)
    except NotFoundError as error:
        said = visit.say(N_("There is no application with this number and code"))
        return _told(said, "warn", error.http_status)
    except ServiceError as error:
        return _told(error.message(visit.language), "warn", error.http_status)
    done = N_("Withdrawn: no more messages about this case are sent to phones.")
    return _told(visit.say(done), "good", 200)


def _told(said: str, tone: str, status: int) -> Answer:
    return Page("public/phone_stopped.html", {"said": said, "tone": tone}, status=status)


ROUTES = (PageRoute(path="/lacak/pesan-telepon", name="stop-phone", act=stop, rate=Rate(30)),)
