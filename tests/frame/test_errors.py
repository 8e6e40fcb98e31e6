"""The errors of the library: one tree, a code for each refusal, and every place that raises them."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pickle
import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest

import perizinan_core.errors as errors_package
from perizinan_core.errors._http import by_code
from perizinan_core.errors.base import Category, Code, CodedError, PerizinanError
from perizinan_core.errors.catalogue import CatalogueProblem, Phrase
from perizinan_core.errors.rendering import RenderingError, UnprintableReason, UnprintableText
from perizinan_core.errors.signing import SigningError, TimestampServiceError
from perizinan_core.errors.storage import LeaseHeldError
from perizinan_core.errors.workflow import Problem, WorkflowError
from perizinan_core.testing._refusals import raises_code

SOURCE = Path(errors_package.__file__).parents[1]
ROOT = SOURCE.parents[1]
MODULES = {
    item.name: importlib.import_module(f"perizinan_core.errors.{item.name}")
    for item in pkgutil.iter_modules(errors_package.__path__)
    if item.name != "base" and not item.name.startswith("_")
}
CLASSES = [
    kind
    for module in MODULES.values()
    for kind in vars(module).values()
    if inspect.isclass(kind) and issubclass(kind, PerizinanError) and kind.__module__ == module.__name__
    # What two classes have in common is neither raised nor caught.
    if not kind.__name__.startswith("_")
]
CODED = {kind.__name__: kind for kind in CLASSES if not attrs.has(kind)}
TABLE = [(kind, code) for kind in CODED.values() for code in vars(kind).get("codes", {})]

DOCUMENTED = {
    "AccessDeniedError": "docs/how-to/embed-in-a-portal.md",
    "DecidedByOthersError": "docs/how-to/embed-in-a-portal.md",
    "DocumentSealBrokenError": "docs/how-to/seal-documents.md",
    "InvalidCatalogueError": "docs/reference/catalogue-format.md",
    "InvalidDocumentHashError": "docs/reference/errors.md",
    "PermitNotAcceptedError": "docs/how-to/verify-a-permit.md",
    "ReportFormatError": "docs/how-to/verify-a-permit.md",
    "RuleError": "docs/reference/catalogue-format.md",
    "StaffRecordError": "docs/how-to/embed-in-a-portal.md",
    "StaleObjectError": "docs/how-to/embed-in-a-portal.md",
}
"""Classes of which a page says that the embedding program catches them."""

DYNAMIC = {
    "catalogue/_case_rules.py": ("expression", "expression-limit", "tariff-not-found"),
    "published/_envelope.py": ("authority-document", "directory"),
}
"""Where the code is chosen from a table, and the codes in it."""


@attrs.frozen
class Finding:
    """A reason of a report or of an inspection."""

    code: str = "pdf-encrypted"

    def message(self, language: str = "id") -> str:
        """Return another text in each language."""
        return f"({language})"


_PHRASE = Phrase("it is not one of: {known}", {"known": "a"})
SAMPLES = {
    "str": "contoh",
    "int": 3,
    "int | None": 3,
    "date": date(2026, 3, 2),
    "date | None": None,
    "datetime": datetime(2026, 3, 2, tzinfo=UTC),
    "tuple[str, ...]": ("satu", "dua"),
    "tuple[Problem, ...]": (Problem("form.area", "form", "{place}: {n}", {"n": 1}, label="Luas"),),
    "tuple[RenderingError, ...]": (RenderingError("logo-not-found", logo="arms.svg"),),
    "tuple[RefusalReason, ...]": (Finding(),),
    "tuple[CatalogueProblem, ...]": (CatalogueProblem("key", "a.yaml", "$.a", 1, _PHRASE),),
    "tuple[UnprintableText, ...]": (
        UnprintableText(field="body", label="Body", reason=UnprintableReason.CONTROL, characters=("\a",)),
    ),
    "Any": SimpleNamespace(reasons=(Finding(),)),
}
SPECIAL = {
    ("UploadKeptError", "reason"): "try_again",
    ("TextRefusedError", "fault"): "empty",
    ("FormDataError", "fault"): "number",
}


def sample_of(kind: type[PerizinanError], code: str | None = None) -> PerizinanError:
    """Return an error of a class, with one of its codes."""
    if code is None:
        given = {
            field.name: SPECIAL.get((kind.__name__, field.name), SAMPLES[str(field.type)])
            for field in attrs.fields(kind)
            if field.init
        }
        return kind(**given)
    entry = vars(kind)["codes"][code]
    values = {name: next(iter(entry.labels.get(name, ())), "contoh") for name in entry.fields}
    if kind.__name__ == "ExpressionError":
        values["reason"] = _PHRASE
    return kind(code, **values)


ALL = [
    *(sample_of(kind, code) for kind, code in TABLE),
    *(sample_of(kind) for kind in CLASSES if attrs.has(kind)),
]


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_an_error_says_what_happened_in_both_languages(error: PerizinanError) -> None:
    """Every placeholder of its sentence is filled, and its code is a stable name."""
    english, indonesian = error.message("en"), error.message("id")

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", error.code)
    assert english != indonesian
    assert not re.search(r"[{}]", english + indonesian)
    assert error.__str__ is not PerizinanError.__str__ or english == str(error)


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_an_error_crosses_process_borders(error: PerizinanError) -> None:
    """A worker's error arrives with its class, its code, its values and its sentence."""
    again = pickle.loads(pickle.dumps(error))

    assert (type(error), error.code, error.details()) == (type(again), again.code, again.details())
    assert (str(error), error.message("id")) == (str(again), again.message("id"))


def test_every_code_has_a_category_in_the_one_table_of_its_package() -> None:
    """So that a host has an HTTP status for whatever may be raised; no table lists what does not exist."""
    tables = {kind: vars(kind)["categories"] for kind in CLASSES if "categories" in vars(kind)}
    roots = [kind for kind in CLASSES if kind.__bases__[0] in (PerizinanError, CodedError)]

    assert sorted(MODULES) == sorted(kind.__module__.rpartition(".")[2] for kind in tables)
    assert set(roots) == set(tables)
    for root, table in tables.items():
        codes = {error.code for error in ALL if isinstance(error, root)}

        assert codes == set(table), root


@pytest.mark.parametrize("error", ALL, ids=lambda error: error.code)
def test_an_error_is_a_problem_document_in_both_languages(error: PerizinanError) -> None:
    """JSON with the members of RFC 9457; faults of our own tell strangers nothing but the code."""
    english, indonesian = error.problem("en", instance="/kasus/1"), error.problem("id")
    inside = error.problem("id", internal=True)

    assert english == json.loads(json.dumps(english))
    assert [*_MEMBERS, "instance"] == list(english)
    assert (error.code, error.http_status) == (english["code"], english["status"])
    assert english["type"].endswith(f"/{error.code}")
    assert english["title"] != indonesian["title"]
    assert english["detail"] != indonesian["detail"]
    assert error.message("id") == inside["detail"]
    for found in indonesian["fields"]:
        assert ["path", "label", "code", "detail"] == list(found)
    if error.http_status >= 500:
        assert {} == indonesian["values"]
        assert "contoh" not in indonesian["detail"]
    else:
        assert error.message("id") == indonesian["detail"]


_MEMBERS = ["type", "title", "status", "detail", "code", "category", "fields", "values"]


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (400, "argument naive-moment"),
        (403, "access-denied staff-record not-party own-case separation-of-duties"),
        (404, "not-found permit-type-not-found record-not-found"),
        (409, "stale-object decided-by-others idempotency-conflict transition-not-allowed"),
        (413, "document-too-large"),
        (422, "submission-refused upload-refused invalid-identifier text-refused form-data"),
        (500, "catalogue-invalid schema-not-migrated storage-keys-lost"),
        (502, "signer-answer timestamp-unreachable"),
        (503, "database-busy database-unavailable inspection-unavailable"),
    ],
)
def test_the_status_tells_the_caller_what_to_do(status: int, codes: str) -> None:
    """Ask again, log in, correct it, look at the case again, or leave it to the office."""
    found = {error.code: error.http_status for error in ALL}

    assert {status} == {int(found[code]) for code in codes.split()}


def test_the_type_of_a_problem_can_lead_to_a_page_of_the_host() -> None:
    """By default it is a tag URI, which leads nowhere."""
    error = SigningError("passphrase-wrong", file="seal.p12")

    assert "tag:perizinan-core,2026:error/passphrase-wrong" == error.problem()["type"]
    assert (
        "https://portal.example/errors#passphrase-wrong"
        == (error.problem(types="https://portal.example/errors#")["type"])
    )


def test_two_categories_of_one_code_are_refused_at_once() -> None:
    """A table says one thing."""
    with pytest.raises(ValueError, match="field-name has two"):
        by_code({Category.INPUT: "field-name", Category.OFFICE: "key-weak field-name"})


def test_a_code_belongs_to_one_class() -> None:
    """Programs tell errors apart by their code."""
    codes = [error.code for error in ALL]

    assert len(codes) > 200
    assert sorted(set(codes)) == sorted(codes)


def test_each_package_has_one_module_of_errors_with_one_root() -> None:
    """The root has all others of the module below it."""
    rooms = {item.name.removeprefix("_") for item in pkgutil.iter_modules([str(SOURCE)])}
    for name, module in MODULES.items():
        classes = [kind for kind in CLASSES if kind.__module__ == module.__name__]
        roots = [kind for kind in classes if kind.__bases__[0] in (PerizinanError, CodedError)]

        assert name in rooms
        assert 1 == len(roots), name
        assert all(issubclass(kind, roots[0]) for kind in classes)


def test_a_class_of_its_own_is_caught_or_behaves_differently() -> None:
    """Everything else is a code of its root."""
    caught = {name for path in sources() for name in _caught(ast.parse(path.read_text(encoding="utf-8")))}
    plain = {
        kind.__name__
        for kind in CLASSES
        if kind.__bases__[0] not in (PerizinanError, CodedError)
        and kind.__name__ not in caught
        and not any(
            inspect.isfunction(item) and item.__name__ in _OWN
            for part in (kind, kind.__bases__[0])
            if part is kind or not issubclass(part, PerizinanError)
            for item in vars(part).values()
        )
        and not any(child.__name__ in caught for child in kind.__subclasses__())
    }

    assert plain <= set(DOCUMENTED), sorted(plain - set(DOCUMENTED))
    for name, page in DOCUMENTED.items():
        assert name in (ROOT / page).read_text(encoding="utf-8")


_OWN = {"wording", "details", "message", "input_problems", "__str__"}


def sources() -> Iterator[Path]:
    """Yield the modules of the library, the plugins and the examples, without the errors themselves."""
    for folder in (SOURCE, *sorted((ROOT / "plugins").glob("*/src")), ROOT / "examples"):
        for path in sorted(folder.rglob("*.py")):
            if SOURCE / "errors" not in path.parents:
                yield path


def _caught(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            yield from _names(node.type)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "isinstance",
            "suppress",
        }:
            for value in node.args:
                yield from _names(value)


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)):
            yield node.id if isinstance(node, ast.Name) else node.attr


def raised() -> Iterator[tuple[str, type[CodedError], ast.Call, tuple[str, ...]]]:
    """Yield place, class, call and codes wherever a coded error is made."""
    for path in sources():
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = (
                getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            )
            if name in CODED:
                yield f"{place}:{node.lineno}", CODED[name], node, _codes(node, place)


def _codes(call: ast.Call, place: str) -> tuple[str, ...]:
    first = call.args[0] if call.args else None
    branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
    if all(isinstance(item, ast.Constant) and isinstance(item.value, str) for item in branches):
        return tuple(item.value for item in branches)
    return next((codes for end, codes in DYNAMIC.items() if place.endswith(end)), ())


def test_every_place_that_raises_names_a_code_of_the_class_and_its_values() -> None:
    """A typing error cannot hide until the error is raised."""
    wrong, places = [], 0
    for place, kind, call, codes in raised():
        places += 1
        given = {keyword.arg for keyword in call.keywords}
        if not codes or len(call.args) != 1:
            wrong.append(f"{place}: the code is not written there")
        for code in codes:
            entry = vars(kind).get("codes", {}).get(code)
            if entry is None:
                wrong.append(f"{place}: {kind.__name__} has no code {code!r}")
            elif not set(entry.fields) - set(entry.defaults) <= given <= set(entry.fields):
                wrong.append(f"{place}: {code!r} takes {entry.fields}, not {sorted(map(str, given))}")

    assert [] == wrong
    assert places > 250


def test_every_code_is_raised_somewhere() -> None:
    """A table keeps no refusal that cannot happen."""
    used = {code for _, _, _, codes in raised() for code in codes}

    assert {code for _, code in TABLE} == used


def test_no_value_takes_the_place_of_something_every_error_has() -> None:
    """Values are attributes too."""
    taken = set(dir(CodedError)) | {"sentence", "args"}
    values = {name for kind, code in TABLE for name in kind.codes[code].fields}
    values |= {field.name for kind in CLASSES if attrs.has(kind) for field in attrs.fields(kind)}

    assert set() == values & taken


def test_a_code_that_does_not_exist_is_refused_at_once() -> None:
    """Also one of another class, above or below."""
    for kind, code in (
        (SigningError, "unknown"),
        (SigningError, "timestamp-untrusted"),
        (WorkflowError, "stage"),
    ):
        with pytest.raises(TypeError, match=code):
            kind(code)


@pytest.mark.parametrize("values", [{}, {"serial": "1"}, {"serial": "1", "bits": 1, "minimum": 2, "size": 3}])
def test_missing_and_further_values_are_refused_at_once(values: dict[str, object]) -> None:
    """Also when they would only be missed in the sentence."""
    with pytest.raises(TypeError, match="key-weak"):
        SigningError("key-weak", **values)


def test_values_are_read_by_name() -> None:
    """`details` for a program; what all codes of a class have is an attribute with a type."""
    error = TimestampServiceError("timestamp-timeout", host="tsa.example:80", seconds=5)

    assert {"host": "tsa.example:80", "seconds": 5} == error.details()
    assert "tsa.example:80" == error.host
    assert ("timestamp-timeout", "tsa.example:80", 5) == error.args
    assert "timestamp-timeout" == error.code


def test_a_value_that_need_not_be_given_has_its_default() -> None:
    """So that most places stay short."""
    error = WorkflowError("not-allowed", action="approve", actor="ani", kinds=("officer",))

    assert ((), ()) == (error.details()["roles"], error.details()["units"])
    assert "roles: any" in str(error)


def test_the_values_of_a_code_are_its_placeholders_and_what_it_adds() -> None:
    """Each once, in the order of the sentence."""
    assert ("b", "a", "c") == Code("{b} {a} {b}", also=("c",)).fields


def test_a_test_expects_a_code() -> None:
    """`raises_code` passes for this code alone."""
    with raises_code("key-weak", match="1024 bits"):
        raise SigningError("key-weak", serial="1", bits=1024, minimum=2048)
    with pytest.raises(AssertionError, match="received key-weak"), raises_code("passphrase-wrong"):
        raise SigningError("key-weak", serial="1", bits=1024, minimum=2048)
    with raises_code("lease-held"):
        raise LeaseHeldError("ani", datetime(2026, 3, 2, tzinfo=UTC))
