"""How a case stands, for anyone who has its receipt number and secret; neither ever stands in an address."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.i18n import N_
from perizinan_core.services import TrackingAnswer
from perizinan_portal._kit import Answer, Form, Menu, Page, PageRoute, Rate, Sentence, Visit, text

__all__ = ["ROUTES", "Receipt"]


@attrs.frozen(kw_only=True)
class Receipt:
    """What is asked."""

    number: str = text(N_("Receipt number"), hint=N_("It is printed on the receipt"), autocomplete="off")
    secret: str = text(
        N_("Tracking code"),
        hint=N_("It was shown when the application was handed in, for example 7KD4Q-9XHWM-2TR5B"),
        autocomplete="off",
        autocapitalize="characters",
        spellcheck="false",
    )


@attrs.frozen
class _Step:
    """A line of the timeline."""

    name: str
    state: str
    detail: str = ""


def show(visit: Visit, form: Form[Receipt] | None = None) -> Answer:
    """Ask."""
    values = {"form": form or visit.fill(Receipt), "found": None, "steps": (), "share": 0}
    return Page("public/tracking.html", values, status=422 if form else 200)


def follow(visit: Visit) -> Answer:
    """Show how the case stands; nothing is changed, so there is nothing to redirect to."""
    form = visit.read(Receipt)
    if form.value is None:
        return show(visit, form)
    try:
        found = visit.office.tracking.follow(form.value.number, form.value.secret)
    except NotFoundError:
        return show(visit, form.refuse("secret", N_("There is no application with this number and code")))
    except ServiceError as error:
        return show(visit, form.refuse("secret", error.message(visit.language)))
    values = {
        "form": form,
        "found": found,
        "steps": tuple(_steps(visit, found)),
        "share": _share(found),
        "typed": form.value,
        "phones": bool(visit.office.contacts.channels()),
    }
    return Page("public/tracking.html", values)


def _steps(visit: Visit, found: TrackingAnswer) -> Iterator[_Step]:
    received = visit.say(N_("Received"))
    yield _Step(received, "done")
    for step in found.steps:
        holder = Sentence(N_("with: {role}, {unit}"), {"role": step.role, "unit": step.unit})
        yield _Step(visit.say(step.step), "now", visit.say(holder))
    if not found.steps and found.closed_on is None:
        yield _Step(visit.say(found.state), "now")
    ended = found.closed_on is not None
    yield _Step(
        visit.say(found.state) if ended else visit.say(N_("Decision and permit")),
        "done" if ended else "later",
    )


def _share(found: TrackingAnswer) -> int | None:
    """Return how much of the time limit is used up, in percent; None where it is not counted in working days."""
    limit = found.days_allowed
    if limit is None or found.days_used is None or limit.unit.value != "working_days" or not limit.value:
        return None
    return min(100, 100 * found.days_used // limit.value)


ROUTES = (
    PageRoute(
        path="/lacak",
        name="tracking",
        show=show,
        act=follow,
        rate=Rate(30),
        menu=Menu(N_("Track an application"), 20),
    ),
)
