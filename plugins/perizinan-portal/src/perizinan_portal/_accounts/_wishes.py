"""How someone wants to be spoken to: the language, and whether to be written to before a permit ends."""

from __future__ import annotations

import attrs

from perizinan_core.i18n import N_
from perizinan_portal._kit import Answer, Choice, Form, Page, PageRoute, Redirect, Visit, Who, agreed, choice
from perizinan_portal._kit._accounts import own_account

__all__ = ["ROUTES"]


@attrs.frozen(kw_only=True)
class Wishes:
    """What is asked."""

    language: str = choice(N_("Language"), (Choice("id", "Bahasa Indonesia"), Choice("en", "English")))
    reminders: bool = agreed(N_("Write to me before one of my permits ends"), required=False)


def show(visit: Visit, form: Form[Wishes] | None = None) -> Answer:
    """Show them."""
    account = own_account(visit)
    known = {"language": account.language or visit.language, "reminders": "1" if account.reminders else ""}
    values = {"form": form or visit.fill(Wishes, **known), "own": account}
    return Page("accounts/wishes.html", values, status=422 if form else 200)


def send(visit: Visit) -> Answer:
    """Keep them; the pages speak the language from now on."""
    form = visit.read(Wishes)
    if form.value is None:
        return show(visit, form)
    account = attrs.evolve(
        own_account(visit), language=form.value.language, reminders=bool(form.value.reminders)
    )
    visit.services.store.accounts.save(account, now=visit.services.now)
    if visit.is_applicant:
        _write_in(visit, form.value.language)
    to = visit.url("account", query={"lang": form.value.language})
    return Redirect(to, note=N_("Your choices are saved."))


def _write_in(visit: Visit, language: str) -> None:
    """Let messages about every case come in the language of the account."""
    applications, after = visit.office.applications, None
    while True:
        page = applications.of_owner(actor=visit.actor, limit=50, after=after)
        for case in page.items:
            if case.language != language:
                applications.write_in(case.id, language, actor=visit.actor)
        if page.next is None:
            return
        after = page.next


ROUTES = (PageRoute(path="/akun/bahasa", name="wishes", show=show, act=send, who=Who.ACCOUNT),)
