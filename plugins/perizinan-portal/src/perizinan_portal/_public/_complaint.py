"""A complaint: filing one without an account, and following it with its number and code."""

from __future__ import annotations

import attrs

from perizinan_core.errors.services import NotFoundError, ServiceError
from perizinan_core.i18n import N_
from perizinan_core.model import ComplaintKind
from perizinan_core.services import ComplaintView, FiledComplaint
from perizinan_portal._kit import (
    Answer,
    Choice,
    Form,
    Menu,
    Page,
    PageRoute,
    Rate,
    Visit,
    agreed,
    choice,
    email,
    lines,
    text,
)

__all__ = ["ROUTES"]

_LONGEST = 5000


@attrs.frozen(kw_only=True)
class NewComplaint:
    """What is asked; only the first two are needed."""

    kind: str = choice(
        N_("What is it about?"),
        (
            Choice(ComplaintKind.SUGGESTION.value, N_("A question, or something that could be better")),
            Choice(ComplaintKind.SERVICE.value, N_("The service was slow, wrong or impolite")),
            Choice(
                ComplaintKind.ABUSE.value,
                N_("Someone asked for money, or abused a post"),
                N_("Handled only by those who supervise"),
            ),
        ),
    )
    message: str = lines(N_("What happened?"), limit=_LONGEST)
    receipt: str = text(
        N_("Receipt number"), hint=N_("If it is about an application"), required=False, autocomplete="off"
    )
    name: str = text(N_("Your name"), hint=N_("You may leave it out"), required=False, autocomplete="name")
    email: str = email(N_("E-mail address"), hint=N_("For a message when there is an answer"), required=False)
    keep: bool = agreed(N_("Show my name to supervisors only"), required=False)


@attrs.frozen(kw_only=True)
class Number:
    """What a complaint is followed by."""

    number: str = text(N_("Number of the complaint"), autocomplete="off", autocapitalize="characters")
    secret: str = text(
        N_("Code of the complaint"), autocomplete="off", autocapitalize="characters", spellcheck="false"
    )


@attrs.frozen(kw_only=True)
class Return:
    """What is said when an answer does not help."""

    message: str = lines(N_("What is still wrong?"), limit=_LONGEST)


def show(visit: Visit, form: Form[NewComplaint] | None = None) -> Answer:
    """Ask."""
    return _page(visit, form or visit.fill(NewComplaint), status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """File it; number and code are shown once, on the answer to the post, and stand in no address."""
    form = visit.read(NewComplaint)
    if form.value is None:
        return show(visit, form)
    given = form.value
    filed = visit.office.complaints.file(
        ComplaintKind(given.kind),
        given.message,
        name=given.name,
        email=given.email,
        keep_identity=bool(given.keep),
        receipt_number=given.receipt,
        language=visit.language,
    )
    return _page(visit, form, filed=filed)


def _page(
    visit: Visit, form: Form[NewComplaint], *, filed: FiledComplaint | None = None, status: int = 200
) -> Answer:
    values = {"form": form, "filed": filed, "kinds": visit.office.complaints.kinds()}
    return Page("public/complaint.html", values, status=status)


def ask(visit: Visit, form: Form[Number] | None = None) -> Answer:
    """Ask for number and code."""
    return _status(form or visit.fill(Number), None, status=422 if form else 200)


def follow(visit: Visit) -> Answer:
    """Show how it stands; come back with it, or take it back, where that was pressed."""
    form, back = visit.read(Number), None
    if form.value is None:
        return ask(visit, form)
    complaints, known = visit.office.complaints, (form.value.number, form.value.secret)
    pressed = visit.posted.one("_step")
    try:
        if pressed == "withdraw":
            return _status(form, complaints.withdraw(*known))
        if pressed == "return":
            back = visit.read(Return)
            if back.value is not None:
                return _status(form, complaints.come_back(*known, back.value.message))
        return _status(form, complaints.follow(*known), back)
    except NotFoundError:
        return ask(visit, form.refuse("secret", N_("There is no complaint with this number and code")))
    except ServiceError as error:
        return ask(visit, form.refuse("secret", error.message(visit.language)))


def _status(
    form: Form[Number],
    view: ComplaintView | None,
    back: Form[Return] | None = None,
    *,
    status: int = 200,
) -> Answer:
    values = {"form": form, "view": view, "back": back or Form(Return), "typed": form.value}
    return Page("public/complaint_status.html", values, status=422 if back else status)


ROUTES = (
    PageRoute(
        path="/pengaduan",
        name="complaint",
        show=show,
        act=send,
        rate=Rate(5, 10),
        menu=Menu(N_("Complaints"), 40),
    ),
    PageRoute(path="/pengaduan/status", name="complaint-status", show=ask, act=follow, rate=Rate(30)),
)
