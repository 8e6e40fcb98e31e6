"""Beginning an application: who applies. No account is needed for a draft."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_core.model import Address, Nik, Person, PhoneNumber
from perizinan_portal._errors import PortalError
from perizinan_portal._kit import Answer, Form, Page, PageRoute, Rate, Redirect, Visit, email, phone, text

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class WhoApplies:
    """What is asked of a person."""

    name: str = text(N_("Name"), hint=N_("As on your identity card"), autocomplete="name")
    nik: Nik = text(
        N_("NIK"), parse=Nik.parse, hint=N_("16 digits, on your identity card"), inputmode="numeric"
    )
    phone: PhoneNumber = phone(N_("Phone number"), hint=N_("For example 0812 3456 7890"))
    email: str | None = email(
        N_("E-mail address"), required=False, hint=N_("News of your application go there")
    )
    street: str = text(N_("Street and number"), autocomplete="street-address")
    village: str = text(N_("Kelurahan or desa"))
    district: str = text(N_("Kecamatan"))
    regency: str = text(N_("Kabupaten or kota"))

    def person(self) -> Person:
        """Return it as the office takes it."""
        address = Address(
            street=self.street, village=self.village, district=self.district, regency=self.regency
        )
        return Person(name=self.name, nik=self.nik, phone=self.phone, email=self.email, address=address)


def show(visit: Visit, form: Form[WhoApplies] | None = None) -> Answer:
    """Ask."""
    if visit.officer is not None:
        raise PortalError("page-not-found")
    account = visit.account
    known = {"name": account.name, "email": account.email or ""} if account else {}
    values = {
        "item": visit.office.permit_type(visit.path["code"]),
        "form": form or visit.fill(WhoApplies, **known),
    }
    return Page("applicant/apply.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Begin the draft; pressed twice, it is one draft."""
    form = visit.read(WhoApplies)
    if form.value is None:
        return show(visit, form)
    case = visit.office.applications.start(
        visit.path["code"],
        applicant=form.value.person(),
        actor=visit.as_applicant(),
        idempotency_key=visit.key,
    )
    return Redirect(visit.url("draft", id=case.id))


ROUTES = (PageRoute(path="/izin/{code}/ajukan", name="apply", show=show, act=send, rate=Rate(20)),)
