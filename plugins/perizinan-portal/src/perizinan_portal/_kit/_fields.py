"""
Forms: an attrs class says what is asked, `Form` holds what was typed, what is wrong with it, and the value.

::

    @attrs.frozen(kw_only=True)
    class Login:
        login: str = text(N_("E-mail address"), autocomplete="username")
        password: str = password(N_("Password"))

    form = visit.read(Login)
    if form.value is None:
        return Page("accounts/login.html", {"form": form})
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Generic, TypeVar

import attrs
from email_validator import EmailNotValidError, validate_email

from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import N_
from perizinan_core.model import PhoneNumber
from perizinan_portal._kit._sentences import Sentence

__all__ = [
    "Choice",
    "Fault",
    "FieldView",
    "Form",
    "agreed",
    "choice",
    "day",
    "email",
    "lines",
    "password",
    "phone",
    "text",
]

T = TypeVar("T")

_FIELD = "perizinan_portal.field"
_LINE = 200
_TEXT = 5000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Fault(Exception):  # noqa: N818 - what is wrong with one field, caught where the form is read
    """What is wrong with one field."""

    def __init__(self, sentence: str, /, **fields: object) -> None:
        super().__init__(sentence)
        self.sentence = Sentence(sentence, fields)


@attrs.frozen
class Choice:
    """One of several answers."""

    value: str
    label: object
    """A msgid or a `Text`."""

    hint: object = ""


@attrs.frozen(kw_only=True)
class FieldView:
    """A field as the templates draw it; forms that are made from a schema make these themselves."""

    name: str
    label: object
    hint: object = ""
    kind: str = "text"
    """
    ``text``, ``email``, ``tel``, ``password``, ``number``, ``date``, ``lines``, ``choice``, ``many``, ``check``,
    ``file``.
    """

    value: str = ""
    values: tuple[str, ...] = ()
    """What is chosen of ``many``."""
    fault: Sentence | str | None = None
    required: bool = True
    varies: bool = False
    """Whether a script may say later that it is needed, or not."""

    sometimes: bool = False
    """Whether the hint says when it is needed: then it is not called optional."""

    choices: tuple[Choice, ...] = ()
    unit: object = ""
    """Written behind the control, or before it."""

    unit_first: bool = False
    widget: str = ""
    """Name of a control that an extension draws; where none does, the field is drawn by its kind."""

    attributes: Mapping[str, str] = attrs.field(factory=dict)
    """Further attributes of the control: ``autocomplete``, ``inputmode``, ``maxlength`` …"""

    @property
    def id(self) -> str:
        """Id of the control, to which the list of errors leads."""
        return "f-" + re.sub(r"[^A-Za-z0-9_-]", "-", self.name)


@attrs.frozen(kw_only=True)
class _Field:
    view: FieldView
    parse: Callable[[str], Any]
    limit: int = _LINE
    keep: bool = True
    """Whether a wrong answer is shown again; passwords are not."""


@attrs.define
class Form(Generic[T]):
    """A form on its way: what was typed, what is wrong, and the value once nothing is."""

    kind: type[T]
    typed: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    faults: dict[str, Sentence | str] = attrs.field(factory=dict)
    value: T | None = attrs.field(default=None, repr=False)

    @classmethod
    def read(cls, kind: type[T], typed: Mapping[str, str]) -> Form[T]:
        """Read what was posted."""
        form, values = cls(kind, typed), dict[str, Any]()
        for name, field in _fields(kind).items():
            try:
                values[name] = _parsed(field, typed.get(name, ""))
            except Fault as fault:
                form.faults[name] = fault.sentence
            except PerizinanError as error:
                form.faults[name] = Sentence("{error}", {"error": _Told(error)})
        if not form.faults:
            form.value = kind(**values)
        return form

    def refuse(self, field: str, sentence: Sentence | str) -> Form[T]:
        """Say that a field is wrong for a reason that only the office knows."""
        self.faults[field] = sentence
        self.value = None
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in the order of the form."""
        return tuple(_fields(self.kind))

    def __getitem__(self, name: str) -> FieldView:
        """Return a field for the template: ``field(form["email"])``."""
        field = _fields(self.kind)[name]
        value = self.typed.get(name, "") if field.keep else ""
        return attrs.evolve(field.view, value=value, fault=self.faults.get(name))

    @property
    def errors(self) -> tuple[tuple[str, Sentence | str], ...]:
        """Id of the control and sentence of each fault, in the order of the form."""
        return tuple(
            (field.view.id, self.faults[name])
            for name, field in _fields(self.kind).items()
            if name in self.faults
        )


@attrs.frozen
class _Told:
    error: PerizinanError

    def to(self, language: str) -> str:
        return self.error.message(language)


def _fields(kind: type[Any]) -> dict[str, _Field]:
    return {
        item.name: attrs.evolve(
            item.metadata[_FIELD], view=attrs.evolve(item.metadata[_FIELD].view, name=item.name)
        )
        for item in attrs.fields(kind)
    }


def _parsed(field: _Field, typed: str) -> Any:
    given = _CONTROL.sub("", typed).replace("\r\n", "\n")
    given = given if field.view.kind == "password" else given.strip()
    if len(given) > field.limit:
        raise Fault(N_("Write at most {limit} characters"), limit=field.limit)
    if not given:
        if field.view.required:
            missing = N_("Choose an answer") if field.view.kind in ("choice", "check") else N_("Fill this in")
            raise Fault(missing)
        return field.parse("") if field.parse in (str, bool) else None
    return field.parse(given)


def _field(
    kind: str,
    label: str,
    parse: Callable[[str], Any],
    *,
    hint: str = "",
    required: bool = True,
    sometimes: bool = False,
    autocomplete: str | None = None,
    limit: int = _LINE,
    choices: Sequence[Choice] = (),
    keep: bool = True,
    **attributes: str,
) -> Any:
    if autocomplete:
        attributes["autocomplete"] = autocomplete
    view = FieldView(
        name="",
        label=label,
        hint=hint,
        kind=kind,
        required=required and not sometimes,
        sometimes=sometimes,
        choices=tuple(choices),
        attributes=attributes,
    )
    made = _Field(view=view, parse=parse, limit=limit, keep=keep)
    return attrs.field(metadata={_FIELD: made}, repr=False)


def text(label: str, *, parse: Callable[[str], Any] = str, **options: Any) -> Any:
    """Ask for one line; ``parse`` makes the value and raises `Fault` or an error of the library."""
    return _field("text", label, parse, **options)


def lines(label: str, *, limit: int = _TEXT, **options: Any) -> Any:
    """Ask for a longer text."""
    return _field("lines", label, str, limit=limit, **options)


def email(label: str, **options: Any) -> Any:
    """Ask for a mail address."""
    options.setdefault("autocomplete", "email")
    return _field("email", label, _email, inputmode="email", **options)


def phone(label: str, **options: Any) -> Any:
    """Ask for a phone number."""
    options.setdefault("autocomplete", "tel")
    return _field("tel", label, PhoneNumber.parse, inputmode="tel", **options)


def password(label: str, *, parse: Callable[[str], Any] = str, **options: Any) -> Any:
    """Ask for a password, which is never shown again."""
    options.setdefault("autocomplete", "current-password")
    return _field("password", label, parse, keep=False, **options)


def day(label: str, **options: Any) -> Any:
    """Ask for a day."""
    return _field("date", label, _day, **options)


def choice(
    label: str, choices: Sequence[Choice], *, parse: Callable[[str], Any] = str, **options: Any
) -> Any:
    """Ask for one of several answers."""
    known = {item.value for item in choices}

    def chosen(value: str) -> Any:
        if value not in known:
            raise Fault(N_("Choose one of the answers"))
        return parse(value)

    return _field("choice", label, chosen, choices=choices, **options)


def agreed(label: str, **options: Any) -> Any:
    """Ask for a tick."""
    return _field("check", label, bool, **options)


def _email(typed: str) -> str:
    try:
        return validate_email(typed, check_deliverability=False, test_environment=False).normalized
    except EmailNotValidError as error:
        raise Fault(N_("Write the address with an @, for example name@mail.com")) from error


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Fault(N_("Write the day as year-month-day, for example 2026-03-02")) from error
