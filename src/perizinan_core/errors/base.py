"""
The root of every error of this library, and errors that tell by their code what was refused.

Each package has one module here with one root. A class of its own is for what someone catches, or for what
behaves differently; everything else is a code in the table of its class: ``SigningError("passphrase-wrong",
file="seal.p12")``. `tests/frame/test_errors.py` holds every place that raises against the tables.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from string import Formatter
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

import attrs

from perizinan_core.errors._http import Category, FieldProblem, problem_document
from perizinan_core.i18n import DEFAULT_LANGUAGE, said, translate

__all__ = ["OWN_WORDS", "Category", "Code", "CodedError", "FieldProblem", "Labels", "PerizinanError"]

Labels: TypeAlias = Mapping[str, Mapping[str, str]]
"""By field: the words for the codes that it holds."""

OWN_WORDS: Mapping[str, str] = MappingProxyType({})
"""For a field that holds English msgids: they are translated, whatever they are."""

_CLAUSES = {"fault", "problems", "reason"}
"""Fields that hold English clauses of ours, or what the operating system says."""

_PLACES = {"asked", "known", "missing", "negative", "other_stage", "slot", "stage", "targets", "waiting_for"}
"""Fields that hold codes of places for documents, of fields, or of stages; see `PerizinanError.places`."""


class PerizinanError(Exception):
    """
    Something that the caller or the user can put right.

    ``code`` is stable; `details` holds the values that a program needs to know. ``str(error)`` is English, for
    logs and developers; `message` is what a person reads. Subclasses are attrs classes, whose fields are the
    values, or `CodedError` with a table of codes.
    """

    code: ClassVar[str] = "error"
    """Stable machine-readable name; part of the public interface."""

    sentence: ClassVar[str] = ""
    """English msgid: what was expected, what was received, where, and what to do next."""

    labels: ClassVar[Labels] = MappingProxyType({})
    """For fields that hold codes: the words for them."""

    absent: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """For fields that may be empty: the English msgid that stands there then."""

    categories: ClassVar[Mapping[str, Category]] = MappingProxyType({})
    """By code: what kind of thing went wrong. One table for each package of errors, at its root."""

    places: Mapping[str, object] = MappingProxyType({})
    """By code: what people call the places for documents, fields and stages that the values name."""

    def __attrs_post_init__(self) -> None:
        self.args: tuple[Any, ...] = tuple(self.details().values())

    def __reduce__(self) -> str | tuple[Any, ...]:
        # An exception is made again from its arguments, which has no place for names.
        kind = type(self)
        if not attrs.has(kind):
            return super().__reduce__()
        names = (field.name for field in attrs.fields(kind) if field.init)
        return (
            _rebuilt,
            (kind, (), {name: getattr(self, name) for name in names}),
            {"places": dict(self.places)},
        )

    def details(self) -> dict[str, Any]:
        """Return the values by name, as placeholders of the sentence and for machine-readable answers."""
        kind = type(self)
        return (
            {field.name: getattr(self, field.name) for field in attrs.fields(kind)} if attrs.has(kind) else {}
        )

    def wording(self, language: str) -> dict[str, object]:
        """Return the placeholder values as people read them; override to translate or join other fields."""
        return {name: self._worded(name, value, language) for name, value in self.details().items()}

    def _worded(self, name: str, value: object, language: str) -> object:
        if name in self.absent and not value:
            return translate(self.absent[name], language)
        if name in self.labels:
            words = self.labels[name]
            values = value if isinstance(value, tuple) else (value,)
            return ", ".join(translate(words.get(str(item), str(item)), language) for item in values)
        if name in _CLAUSES:
            return said(value, language)
        if name in _PLACES and self.places:
            values = value if isinstance(value, tuple) else (value,)
            return ", ".join(self.place_name(str(item), language) for item in values)
        if isinstance(value, (tuple, frozenset, list)):
            return ", ".join(map(str, value))
        return value

    def place_name(self, code: str, language: str) -> str:
        """Return what people call a place for documents, a field or a stage; one of several with its number."""
        name, _, number = code.partition("#")
        label = self.places.get(name, name)
        words = str(label.to(language)) if hasattr(label, "to") else translate(str(label), language)
        return f"{words} ({int(number) + 1})" if number.isdecimal() else words

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the sentence in ``language`` (``"id"`` or ``"en"``)."""
        return translate(self.sentence, language, **self.wording(language))

    @property
    def category(self) -> Category:
        """What kind of thing went wrong; a code without a category is a fault of the office."""
        return self.categories.get(self.code, Category.OFFICE)

    @property
    def http_status(self) -> HTTPStatus:
        """The status of an HTTP answer that tells of this error."""
        return self.category.http_status

    def input_problems(self, language: str = DEFAULT_LANGUAGE) -> tuple[FieldProblem, ...]:
        """Return what to put right in what a person entered, each with its field; empty where none is known."""
        del language
        return ()

    def problem(
        self,
        language: str = DEFAULT_LANGUAGE,
        *,
        instance: str | None = None,
        types: str | None = None,
        internal: bool = False,
    ) -> dict[str, Any]:
        """
        Return a problem document (RFC 9457) for an answer of the type ``application/problem+json``.

        Beside ``type``, ``title``, ``status`` and ``detail`` it has ``code``, ``category``, ``values`` (as
        `details`) and ``fields``: a list with ``path``, ``label``, ``code`` and ``detail`` of each thing to
        put right, in words that stand in the form.

        Args:
            language: ``"id"`` or ``"en"``, for the title and the sentences.
            instance: URI of this very answer, e.g. the path of the request; left out when it is None.
            types: What comes before the code in ``type``, e.g. the address of a page of yours with an anchor
                for each code; by default a tag URI, which leads nowhere.
            internal: True when someone of the office reads it. Otherwise faults of our own (500 and above)
                come without paths, tables and addresses: the code says enough to look it up.
        """
        return problem_document(
            category=self.category,
            status=self.http_status,
            code=self.code,
            detail=self.message(language),
            fields=self.input_problems(language),
            values=self.details(),
            language=language,
            instance=instance,
            types=types,
            internal=internal,
        )

    def __str__(self) -> str:
        return self.message("en")


@attrs.frozen
class Code:
    """One refusal of a `CodedError`: its sentence and the values that go with it."""

    sentence: str
    """English msgid; its placeholders are values that must be given."""

    also: tuple[str, ...] = ()
    """Further values, which the sentence does not show."""

    defaults: Mapping[str, object] = attrs.field(factory=dict, kw_only=True)
    """What values are when they are not given."""

    labels: Labels = attrs.field(factory=dict, kw_only=True)
    """For values that hold codes: the words for them."""

    absent: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    """For values that may be empty: the English msgid that stands there then."""

    fields: tuple[str, ...] = attrs.field(init=False)
    """Names of all values."""

    @fields.default
    def _names(self) -> tuple[str, ...]:
        shown = (name for _, name, _, _ in Formatter().parse(self.sentence) if name)
        return tuple(dict.fromkeys((*shown, *self.also)))


class CodedError(PerizinanError):
    """
    An error that tells by its code what was refused.

    The values are attributes as well; those that all codes of a class have are declared there.

    Args:
        code: A key of ``codes``.
        fields: The values of that code.

    Raises:
        TypeError: a code that is not in the table, or other values than it has.
    """

    codes: ClassVar[Mapping[str, Code]] = MappingProxyType({})
    """What this very class refuses, by code."""

    def __init__(self, code: str, /, **fields: object) -> None:
        entry = self.codes.get(code)
        if entry is None:
            message = f"{type(self).__name__} has no code {code!r}, only {sorted(self.codes)}"
            raise TypeError(message)
        values = {**entry.defaults, **fields}
        if set(values) != set(entry.fields):
            message = f"{code!r} takes the values {entry.fields}, but received {tuple(fields)}"
            raise TypeError(message)
        super().__init__(code, *(values[name] for name in entry.fields))
        # What the class has for all its codes, this error has for its own.
        vars(self).update(
            code=code, sentence=entry.sentence, labels=entry.labels, absent=entry.absent, **values
        )

    def details(self) -> dict[str, Any]:
        """Return the values by name, as placeholders of the sentence and for machine-readable answers."""
        if attrs.has(type(self)):  # an attrs class below a coded one
            return super().details()
        return {name: vars(self)[name] for name in self.codes[self.code].fields}

    def __reduce__(self) -> str | tuple[Any, ...]:
        if attrs.has(type(self)):
            return super().__reduce__()
        return _rebuilt, (type(self), (self.code,), self.details()), {"places": dict(self.places)}


def _rebuilt(
    kind: Callable[..., PerizinanError], code: tuple[str, ...], fields: Mapping[str, object]
) -> PerizinanError:
    return kind(*code, **fields)
