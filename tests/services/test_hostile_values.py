"""Every public call of an office, with values that no one should hand in: our error, and it names the argument."""

from __future__ import annotations

import inspect
import math
import shutil
import typing
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import Enum
from io import BytesIO
from typing import Any

import pytest

from perizinan_core.bootstrap._office import Office
from perizinan_core.documents import FolderDocumentStore
from perizinan_core.errors.base import PerizinanError
from perizinan_core.errors.model import TextRefusedError
from perizinan_core.errors.services import ArgumentError
from perizinan_core.i18n import translate
from perizinan_core.model._case import StageOutcome
from perizinan_core.storage import open_storage
from perizinan_core.testing._offices import APPLICANT, HOST, MORNING, OfficeKit, sample_office

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    float("nan"),
    float("inf"),
    "",
    "a\0b",
    "\ud800",
    "x" * 30_000,
    "positive",
    b"ktp",
    [],
    {},
    {"nested": [float("nan"), {"\0": b""}]},
    object(),
    type,
    date.min,
    date(9999, 12, 31),
    datetime(2026, 3, 2),  # noqa: DTZ001 - without time zone on purpose
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    StageOutcome.POSITIVE,
)
"""Nothing, bounds, what is not finite, other kinds, what databases and calendars choke on."""

INNER = {"close", "now", "open", "serve"}
"""Calls of `Office` itself that take no values of people: `open` has a test of its own."""


def groups(office: Office) -> Iterator[tuple[str, Any]]:
    """Yield every group of use cases that an office has, also those inside another."""
    yield "office", office
    for name in dir(office):
        value = getattr(office, name)
        if not name.startswith("_") and type(value).__module__.startswith("perizinan_core.services"):
            yield name, value
    yield "permits.issuance", office.permits.issuance


def calls(office: Office) -> dict[str, Callable[..., Any]]:
    """Return every public use case by its name."""
    return {
        f"{group}.{name}": method
        for group, service in groups(office)
        for name, method in inspect.getmembers(service, inspect.ismethod)
        if not name.startswith("_") and not (group == "office" and name in INNER)
    }


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgresql"])
def module_kit(request, keys, tmp_path_factory) -> Iterator[OfficeKit]:
    """One office for each kind of database, which all tests share."""
    if request.param == "memory":
        yield sample_office()
        return
    folder = tmp_path_factory.mktemp("hostile")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'records.sqlite3'}"
        shutil.copy(request.getfixturevalue("sqlite_template"), folder / "records.sqlite3")
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.create_database(template=request.getfixturevalue("postgres_template"))
    storage = open_storage(url, keys, zone=MORNING.tzinfo)
    yield sample_office(storage=storage, documents=FolderDocumentStore(folder / "documents"))
    storage.close()


@pytest.fixture(scope="module")
def good(module_kit: OfficeKit) -> dict[str, Any]:
    """Values that are right, by the name of the argument."""
    case = module_kit.submit()
    return {
        "application_id": case.id,
        "permit_type": "warung",
        "actor": APPLICANT,
        "stream": BytesIO(b"x"),
        "file_name": "a.png",
        "slot": "ktp",
        "stage": "periksa",
        "upload": "tidak-ada",
        "document_id": "tidak-ada",
        "permit_id": "tidak-ada",
        "text": "IZIN",
        "number": "1",
    }


def test_every_group_of_use_cases_looks_at_its_arguments(module_kit):
    """A group that is added later is held to it by this walk."""
    unchecked = [
        name
        for name, method in calls(module_kit.office).items()
        if not hasattr(method, "__wrapped__") and list(inspect.signature(method).parameters)
    ]

    assert [] == unchecked
    assert len(calls(module_kit.office)) > 90


def test_a_hostile_value_is_an_error_of_ours_that_names_the_argument(module_kit, good):
    """Never an AttributeError, a TypeError, an OverflowError or an error of the database."""
    tried, escaped = 0, []
    for name, method in calls(module_kit.office).items():
        for argument in inspect.signature(method).parameters:
            for value in HOSTILE:
                tried += 1
                escaped += _try(name, method, argument, value, good)

    assert not escaped, "\n".join(escaped)
    assert tried > 5_000


def _try(name: str, method: Callable[..., Any], argument: str, value: Any, good: dict[str, Any]) -> list[str]:
    parameters = inspect.signature(method).parameters
    kinds = typing.get_type_hints(inspect.unwrap(method.__func__))
    given = {
        key: good.get(key, _some(kinds[key]))
        for key, item in parameters.items()
        if item.default is inspect.Parameter.empty
    }
    try:
        result = method(**{**given, argument: value})
        if inspect.isgenerator(result):
            list(result)
    except (ArgumentError, TextRefusedError) as error:
        place = error.argument if isinstance(error, ArgumentError) else error.path
        if place.partition(".")[0].partition("[")[0] == argument:
            _is_told(error, argument)
    except PerizinanError:
        pass
    except Exception as error:  # noqa: BLE001 - that is what must not happen
        return [f"{name}({argument}={value!r:.60}): {type(error).__name__}: {error}"]
    return []


def _is_told(error: PerizinanError, argument: str) -> None:
    (field,) = error.problem("en")["fields"]

    assert 400 <= error.http_status < 500
    assert field["path"].startswith(argument)
    if isinstance(error, ArgumentError):
        assert error.expected
        assert error.received
        assert argument in error.message("id")
        assert "expected" in field["detail"]


def _some(kind: Any) -> Any:
    """Return a value of a kind, right enough to get to the argument that is tried."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return {
        str: "teks",
        int: 1,
        bytes: b"x",
        date: date(2026, 3, 2),
        datetime: datetime(2026, 3, 2, 3, tzinfo=UTC),
        bool: False,
    }.get(kind, ("teks",) if typing.get_origin(kind) is tuple else None)


@pytest.mark.parametrize(
    ("argument", "given", "expected", "received"),
    [
        ("limit", 0, "a whole number from 1", "0"),
        ("limit", -5, "a whole number from 1", "-5"),
        ("limit", 10**30, "a whole number up to 9007199254740991", "a larger number"),
        ("limit", "10", "a whole number", "a text"),
        ("limit", float("nan"), "a whole number", "a number"),
        ("actor", "pemohon", "Actor", "a text"),
    ],
)
def test_the_error_says_what_was_expected_and_what_was_received(
    module_kit, argument, given, expected, received
):
    """In words; a value is shown only where its kind is right."""
    with pytest.raises(ArgumentError) as caught:
        module_kit.office.permits.of_owner(**{"actor": APPLICANT, argument: given})
    sentence = f"{argument}: expected {expected}, but received {received}. "

    assert caught.value.message("en").startswith(sentence)
    assert caught.value.message("id") != caught.value.message("en")


def test_a_text_where_a_choice_belongs_is_refused_with_the_choices(module_kit, good):
    """Hosts get texts from forms; the error says what to make of them."""
    with pytest.raises(ArgumentError) as caught:
        module_kit.office.reviews.decide(
            good["application_id"],
            "periksa",
            "positive",
            actor=APPLICANT,  # type: ignore[arg-type]
        )

    assert "outcome" == caught.value.argument
    assert "StageOutcome, one of: positive, " in caught.value.message("en")


def test_a_moment_without_time_zone_is_named(module_kit):
    """Also where an argument may be left out."""
    with pytest.raises(ArgumentError) as caught:
        module_kit.office.applications.withdraw("x", actor=APPLICANT, now=datetime(2026, 3, 2))  # noqa: DTZ001

    assert "now" == caught.value.argument
    assert "a moment without a time zone" in caught.value.message("en")
    assert translate("a moment without a time zone", "id") in caught.value.message("id")


def test_a_reason_that_cannot_be_kept_has_the_name_that_people_know(module_kit):
    """Programs find the argument in the path."""
    with pytest.raises(TextRefusedError) as caught:
        module_kit.office.applications.withdraw("x", actor=APPLICANT, reason="A\0B")
    (field,) = caught.value.problem("id")["fields"]

    assert ("reason", translate("Reason", "id")) == (field["path"], field["label"])


@pytest.mark.parametrize("settings", [5, None, b"perizinan.toml", {}, "a\0b", "x" * 30_000])
def test_an_office_is_not_opened_with_something_else_than_settings(settings):
    """Nothing is looked up on the disk."""
    with pytest.raises((ArgumentError, TextRefusedError)) as caught:
        Office.open(settings)

    assert "settings" == caught.value.problem("en")["fields"][0]["path"]


def test_a_class_is_not_called_to_tell_progress(module_kit, good):
    """It would be made into something with an error of its own; a function is called as ever."""
    seen: list[tuple[Any, ...]] = []
    issue = module_kit.office.permits.issue_many
    with pytest.raises(ArgumentError) as caught:
        issue((good["application_id"],), actor=APPLICANT, progress=type)
    issue((good["application_id"],), actor=APPLICANT, progress=lambda *told: seen.append(told))

    assert "progress" == caught.value.argument
    assert [(1, 1)] == [told[1:] for told in seen]


@pytest.mark.parametrize("mark", ["", "a", "x" * 100])
def test_a_mark_of_no_page_is_shown_as_it_was_received(module_kit, good, mark):
    """In quotes, so that an empty one is seen, too; of a long one only the beginning."""
    with pytest.raises(ArgumentError) as caught:
        module_kit.office.lists.history(good["application_id"], actor=APPLICANT, after=mark)

    assert repr(mark if len(mark) < 40 else mark[:39] + "…") == caught.value.received


@pytest.mark.parametrize(
    "call",
    [
        lambda office, value: office.confirmations.withdraw("warung", value, reason="x", actor=HOST),
        lambda office, value: office.continuation.recoverable(value, actor=HOST),
        lambda office, value: office.reviews.staff_history(value, actor=HOST),
        lambda office, value: office.applications.of_owner(actor=HOST, owner=value),
    ],
    ids=["paths", "documents", "officer", "owner"],
)
def test_who_may_everything_gets_the_same_errors(module_kit, call):
    """A list of texts, and an account that has a name; for those whom no rule of access stops before."""
    for value in (0, math.nan, [0], "", object()):
        with pytest.raises(ArgumentError):
            call(module_kit.office, value)
