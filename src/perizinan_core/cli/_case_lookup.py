"""Finding the case that a command names, and telling how it stands."""

from __future__ import annotations

from collections.abc import Iterable

import click

from perizinan_core.bootstrap import Office
from perizinan_core.errors._words import STATES
from perizinan_core.errors.services import NotFoundError
from perizinan_core.errors.storage import RecordNotFoundError
from perizinan_core.i18n import N_, translate
from perizinan_core.model._actor import Actor
from perizinan_core.model._application import Application

__all__ = ["echo", "find_case", "joined", "tell_state"]


def find_case(office: Office, text: str, actor: Actor) -> Application:
    """
    Return the case with this receipt number or id, as far as the actor may see it.

    Raises:
        NotFoundError: there is none for this actor.
    """
    with office.storage.unit_of_work(read_only=True) as work:
        try:
            found = work.applications.get_by_receipt(text).id
        except RecordNotFoundError:
            found = text
    try:
        return office.applications.get(found, actor=actor)
    except NotFoundError as error:
        # What was typed, and not the id behind it.
        raise NotFoundError(kind="application", key=text) from error


def tell_state(case: Application, language: str) -> None:
    """Say what the case is called and how it stands now."""
    echo(
        N_("{case}: {state}"),
        language,
        case=case.receipt_number or case.id,
        state=translate(STATES[case.state.value], language),
    )


def echo(sentence: str, language: str, **fields: object) -> None:
    """Print a sentence in the language of the output."""
    click.echo(translate(sentence, language, **fields))


def joined(words: Iterable[str]) -> str:
    """Return words as a list in a sentence; a dash where there are none."""
    return ", ".join(words) or "-"
