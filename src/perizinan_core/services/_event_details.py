"""What a history tells of an event besides its kind, in words: codes, days and numbers, and no free text of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from perizinan_core.errors._words import OUTCOMES
from perizinan_core.i18n import LANGUAGES, N_
from perizinan_core.model._actor import Officer
from perizinan_core.model._numerals import format_date
from perizinan_core.model._permit_type import PermitType
from perizinan_core.model._text import Text
from perizinan_core.services._names import Named, in_both, named_officer

__all__ = ["EventDetails", "officers_in"]

_NAMES: Mapping[str, str] = {
    "stage": N_("step"),
    "outcome": N_("result"),
    "late": N_("late"),
    "officer": N_("officer"),
    "before": N_("before"),
    "after": N_("after"),
    "rule": N_("rule"),
    "deadline": N_("deadline"),
    "old": N_("before"),
    "new": N_("after"),
    "of": N_("what"),
    "means": N_("how"),
    "act": N_("act"),
    "entries": N_("deliveries"),
    "code": N_("finding"),
    "year": N_("year"),
    "since": N_("from"),
    "until": N_("until"),
    "path": N_("value"),
    "register": N_("register"),
    "number": N_("number"),
    "recipient": N_("recipient"),
    "reason": N_("reason"),
}
"""What is shown of the data of an event, in this order."""

_VALUES: Mapping[str, str] = {
    **OUTCOMES,
    "yes": N_("yes"),
    "no": N_("no"),
    "proposed": N_("proposed by one person"),
    "case": N_("the case"),
    "permit": N_("the permit"),
    "channel": N_("a message arrived"),
    "opened": N_("the case was opened"),
    "retry": N_("tried again"),
    "drop": N_("not delivered any more"),
    "put_up": N_("put up"),
    "take_down": N_("taken down"),
    "first": N_("by the first person"),
    "second": N_("by the second person"),
    "withdraw": N_("taken back"),
    "payment": N_("payment"),
    "applicant": N_("the applicant"),
}
"""Values that are one of a few; others stay as they are."""

_PEOPLE = frozenset({"officer"})
_FREE = frozenset({"number", "path", "register", "rule", "code", "year"})
"""Never one of the values above."""

_DAYS = frozenset({"deadline", "old", "new", "since", "until"})


def officers_in(data: Mapping[str, Any]) -> Iterator[str]:
    """Return the officers that the data of an event names."""
    for name in _PEOPLE:
        if isinstance(data.get(name), str):
            yield data[name]


@attrs.frozen
class EventDetails:
    """Puts the data of events in words."""

    _staff: Mapping[str, Officer]
    _stages: Mapping[str, Text]
    _local: Callable[[datetime], datetime]
    """Puts a moment on the clocks of the office."""

    @classmethod
    def of(
        cls,
        staff: Mapping[str, Officer],
        permit_types: Iterable[PermitType],
        local: Callable[[datetime], datetime],
    ) -> EventDetails:
        """
        Name the officers and the steps of these permit types.

        A code that stands for different steps in different permit types has no name of its own.
        """
        found: dict[str, set[Text]] = {}
        for item in permit_types:
            for stage in item.stages:
                found.setdefault(stage.code, set()).add(stage.label)
        return cls(staff, {code: labels.pop() for code, labels in found.items() if len(labels) == 1}, local)

    def told(self, data: Mapping[str, Any]) -> Iterator[tuple[Named, Named]]:
        """Return each thing that is shown: what it is, and what was noted."""
        for name, words in _NAMES.items():
            value = data.get(name)
            if value is None or value == "" or isinstance(value, Mapping):
                continue
            yield Named(name, in_both(words)), self._value(name, value)

    def _value(self, name: str, value: Any) -> Named:
        if isinstance(value, list):
            parts = [self._value(name, one) for one in value]
            said = {lang: ", ".join(one.name.to(lang) for one in parts) for lang in LANGUAGES}
            return Named(", ".join(one.code for one in parts), Text(said["id"], said["en"]))
        if isinstance(value, bool):
            value = "yes" if value else "no"
        code = str(value)
        if name in _PEOPLE:
            return named_officer(self._staff, code)
        if name == "stage":
            return Named(code, self._stages.get(code, Text(code)))
        if name not in _FREE and code in _VALUES:
            return Named(code, in_both(_VALUES[code]))
        return Named(code, self._day(code) if name in _DAYS else Text(code))

    def _day(self, code: str) -> Text:
        """Write a day for people, also that of a moment on the clocks of the office; other values stay."""
        try:
            moment = datetime.fromisoformat(code)
        except ValueError:
            return Text(code)
        day = moment.date() if moment.tzinfo is None else self._local(moment).date()
        return Text(format_date(day, "id"), format_date(day, "en"))
