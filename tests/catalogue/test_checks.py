"""What is checked across a permit type and the authority: each rule broken once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from perizinan_core.catalogue import CatalogueReport, check_catalogue

Check = Callable[..., CatalogueReport]
STREET = "permits/street-use.yaml"
AUTHORITY = "authority.yaml"
TARIFF = "tariffs/street.yaml"

WHEN = "when: application.represented"
CALENDAR = "calendar/2026.yaml"
LAST_FORMAT = "valid: 2016-01-01 ..}\n  - code: tanda"

BROKEN = [
    # expressions
    (STREET, WHEN, "when: form.luaz > 1", "expression", "did you mean 'luas'?"),
    (STREET, WHEN, 'when: form.luas + "a" == "b"', "expression", "number, text"),
    (STREET, WHEN, "when: form.luas", "expression", "it gives number, but bool"),
    (STREET, WHEN, "when: applicant.kin == 'x'", "expression", "applicant.kind"),
    (STREET, WHEN, "when: 'form.luas >'", "expression", "it is not CEL"),
    (STREET, WHEN, 'when: \'"a".matches("a")\'', "expression", "matches"),
    (STREET, WHEN, "when: 'form.terop.all(t, t.panjan > 1)'", "expression", "'panjang'"),
    (STREET, WHEN, "when: has(form.luaz)", "expression", "'luas'"),
    (STREET, WHEN, "when: 'form[\"luaz\"] == 1'", "expression", "'luas'"),
    (STREET, WHEN, "when: 'has_paper(\"ktpp\")'", "expression", "'ktp'"),
    (STREET, "start: form.mulai", 'start: paper_expiry("ktp")', "expression", "needs_expiry"),
    (STREET, "start: form.mulai", "start: form.lokasi", "expression", "it gives text, but date"),
    (STREET, "start: form.mulai", "start: valid_from", "expression", "valid_from is not known"),
    (STREET, "formula: item.panjang", "formula: item.panjan", "expression", "'panjang'"),
    (STREET, 'tariff("sewa-jalan"', 'tariff("sewa-jalam"', "expression", "'sewa-jalan'"),
    (STREET, ", form.kelas_jalan, form.luas)", ", form.luas)", "expression", "takes 2 values"),
    (STREET, ", form.kelas_jalan, form.luas)", ', "utma", form.luas)', "expression", "'utama'"),
    (STREET, "value: applicant.name", 'value: label("subtyp")', "expression", "'subtype'"),
    (STREET, WHEN, "when: 'form.terop.filter(t, t.panjang > 1)[0].x > 1'", "expression", "'x'"),
    (STREET, WHEN, "when: 'form.terop.filter(t, true).all(u, u.x > 1)'", "expression", "'x'"),
    (STREET, WHEN, "when: 'form.terop[0].x > 1'", "expression", "'x'"),
    (STREET, "value: applicant.name", "value: label(form.lokasi)", "expression", "in quotes"),
    (STREET, "value: item.panjang", 'value: item_label("panjan")', "expression", "'panjang'"),
    (STREET, "value: applicant.name", 'value: item_label("panjang")', "expression", "no field"),
    (STREET, WHEN, "when: 'has_paper(\"foto-terop\")'", "expression", "per item"),
    # lists, forms
    (STREET, "per_item: terop, level", "per_item: tenda, level", "unknown-list", "'tenda'"),
    (STREET, "annex_items: terop", "annex_items: lokasi", "unknown-list", "'lokasi'"),
    (STREET, "type: number, exclusiveMinimum: 0", "type: nummer", "form-schema", "nummer"),
    (STREET, "type: object\n  required", "type: array\n  required", "form-schema", "type: object"),
    (STREET, "lokasi: {title: Lokasi, type: string", "lokasi: {title: Lokasi, pattern: '('", "form-schema", "regex"),
    (STREET, "type: boolean}", "type: string, format: telepon}", "unknown-format", "telepon"),
    (STREET, "type: boolean}", 'type: boolean, $ref: "#/$defs/x"}', "form-schema", "#/$defs/x"),
    (STREET, "type: boolean}", 'type: boolean, $ref: "https://x.example/"}', "form-schema", "x.example"),
    (STREET, "required: [subtype, ", "required: [subtype, alamat, ", "form-schema", "'alamat'"),
    (STREET, "enum: [acara, material]", "enum: [acara, barang]", "unknown-subtype", "'barang'"),
    # fees and tariffs
    (TARIFF, "[utama, 100, null, 2000]", "[utama, 120, null, 2000]", "tariff-gap", "above 100 up to 120"),
    (TARIFF, "[utama, 100, null, 2000]", "[utama, 90, null, 2000]", "tariff-overlap-band", "above 100"),
    (TARIFF, "[utama, null, 100, 2500]", "[utama, 100, 100, 2500]", "tariff-bands", "not above"),
    (TARIFF, "[lokal, null, null, 1000]", "[lokal, 1000]", "wrong-value", "keys and value"),
    (TARIFF, "banded: true\n  ", "", "wrong-value", "keys and value"),
    (STREET, "tariffs: [sewa-jalan]", "tariffs: [sewa-jaln]", "unknown-tariff", "'sewa-jalan'"),
    (STREET, "code: terop\n      label", "code: sewa\n      label", "duplicate-code", "sewa"),
    # stages and requirements
    (STREET, "after: [periksa]}", "after: [perksa]}", "unknown-stage", "'periksa'"),
    (STREET, "role: front_office,", "role: front_office, after: [putusan],", "stage-cycle", "waits for itself"),
    (STREET, "role: cashier", "role: kasir", "unknown-role", "'cashier'"),
    (STREET, "role: cashier", "role: auditor", "unknown-role", "works on cases"),
    (STREET, "produces: rekomendasi", "produces: ktp", "unknown-requirement", "brought_by: office"),
    (STREET, "code: denah, label", "code: ktp, label", "duplicate-code", "ktp"),
    (STREET, "code: bayar, label", "code: periksa, label", "duplicate-code", "periksa"),
    (STREET, "code: bayar, label", "code: counter, label", "reserved-code", "counter"),
    (STREET, "code: bayar, label", "code: signature, label", "reserved-code", "signature"),
    (STREET, "after: [periksa]}", "after: [putusan]}", "after-approval", "nothing can follow"),
    (STREET, "{code: ktp, label: KTP}", "{code: ktp, label: KTP, max_files: 0}", "invalid-value", "max_files"),
    (STREET, "{code: ktp, label: KTP}", "{code: ktp, label: KTP, min_files: 3}", "invalid-value", "max_files"),
    (STREET, "code: ktp, label", "code: ktp, application_kinds: [closure], label", "application-kind", "closure"),
    (STREET, "[application/pdf, image/png]", "[pdf]", "content-type", "'pdf'"),
    # authority
    (STREET, "unit: dinas-perhubungan", "unit: dinas-perhubung", "unknown-code", "'dinas-perhubungan'"),
    (STREET, "register: izin", "register: ijin", "unknown-code", "'izin'"),
    (STREET, "register: izin\n", "register: izin\nreceipt_register: tanda\n", "unknown-code", "tanda-terima"),
    (STREET, "letter_register: rekomendasi-dishub", "letter_register: x", "unknown-code", "izin"),
    (STREET, "responsible_unit: dpmptsp", "responsible_unit: dpm", "unknown-code", "dpmptsp"),
    (STREET, "  form: licence\n", "  form: licence\n  letterhead_unit: dishub\n", "unknown-code", "dinas-perhubungan"),
    (STREET, 'archive_class: "503"', 'archive_class: "504"', "unknown-code", "'503'"),
    (AUTHORITY, 'permit_types: ["*"]', "permit_types: [pemakaian-jalam]", "unknown-code", "'pemakaian-jalan'"),
    (AUTHORITY, 'permit_types: ["*"]', "permit_types: []", "no-signatory", "delegation"),
    (AUTHORITY, "valid: 2026-01-01 ..\n", "valid: .. 2025-12-31\n", "no-signatory", "delegation"),
    (AUTHORITY, "position: kepala-dpmptsp", "position: kepala", "unknown-code", "kepala-dpmptsp"),
    (AUTHORITY, "unit: dpmptsp, rank", "unit: dpm, rank", "unknown-code", "dpmptsp"),
    (AUTHORITY, "receipt_register: tanda-terima", "receipt_register: terima", "unknown-code", "tanda-terima"),
    (AUTHORITY, "TT/{sequence:05}/{year}", "TT/{year}", "number-format", "once"),
    (AUTHORITY, "TT/{sequence:05}/{year}", "TT/{sequence}/{tahun}", "number-format", "{tahun}"),
    (AUTHORITY, "TT/{sequence:05}/{year}", "TT/{sequence}/{year:02}", "number-format", "width"),
    (AUTHORITY, "TT/{sequence:05}/{year}", "TT/{sequence}/{year", "number-format", "brace"),
    (AUTHORITY, 'KPT/{year}", valid: .. 2015-12-31', 'KPT/{year}", valid: .. 2016-12-31', "span-overlap", "same day"),
    (AUTHORITY, "KPT, valid: .. 2015-12-31", "KPT, valid: .. 2016-12-31", "span-overlap", "same day"),
    (AUTHORITY, LAST_FORMAT, LAST_FORMAT.replace("2016-01-01 ..", "2026-02-01 .."), "register-format", "izin"),
    (AUTHORITY, LAST_FORMAT, LAST_FORMAT.replace("..", ".. 2026-06-30"), "register-format", "izin"),
    (AUTHORITY, "code: rekomendasi-dishub", "code: izin", "duplicate-code", "izin"),
    (AUTHORITY, "https://izin.kota", "http://izin.kota", "invalid-value", "https"),
    (AUTHORITY, "{sequence:03}/KPT", "{sequence:03}/{sequence}/KPT", "number-format", "2 times"),
    (AUTHORITY, "07:30-12:00, 12:30-16:00", "12:30-16:00, 07:30-12:00", "invalid-value", "follow each other"),
    (AUTHORITY, "workdays: [monday, ", "workdays: [saturday, ", "invalid-value", "saturday"),
    (AUTHORITY, 'region: "35.72"', 'region: "35.70"', "invalid-value", "regency"),
    (CALENDAR, "2026-01-01 .. 2027-12-31", "2024-01-01 .. 2025-12-31", "invalid-value", "outside the covered"),
    (CALENDAR, "kind: joint_leave", "kind: cuti", "unknown-word", "joint_leave"),
    # completeness
    (STREET, "register: izin\n", "", "incomplete", "register"),
    (STREET, "kind: approval", "kind: initial", "incomplete", "approval"),
    (STREET, "complete: true", "complete: false", "no-gaps", "gaps"),
    (STREET, "opens_before: 1 month", "opens_before: 5 working_days", "period-unit", "5 working days"),
    (STREET, "applicant_kinds: [person, organiser]", "applicant_kinds: []", "nobody-applies", "applicant"),
    # scenarios
    (STREET, "state: issued,", "state: issue,", "unknown-word", "'issued'"),
    (STREET, "- pay\n", "- payy\n", "unknown-word", "'pay'"),
    (STREET, "fee: 550000", "fees: 550000", "unknown-key", "'fee'"),
    (STREET, "stage: periksa, outcome", "stage: perksa, outcome", "unknown-word", "'periksa'"),
    (STREET, "submitted_at: 2026-06-02T09:00", "submitted_at: 2026-06-31", "wrong-moment", "local day"),
    (STREET, "applicant: {kind: person}", "applicant: {kind: orang}", "unknown-word", "person"),
    (STREET, "applicant: {kind: person}", "papers: [ktpp]", "unknown-word", "'ktp'"),
    (STREET, "kelas_jalan: utama, mulai", "kelas_jalan: toll, mulai", "scenario-form", "utama, lokal"),
    (STREET, "{state: issued, fee: 550000, valid_until: 2026-07-02}", "{}", "no-expectation", "expect"),
    (STREET, "- approve\n", "- {approve: {}, issue: {}}\n", "scenario", "another form"),
    (STREET, "- approve\n", "- approve: nanti\n", "scenario", "another form"),
    (STREET, "- approve\n", "- 5\n", "wrong-value", "a step"),
    (STREET, "- approve\n", "- wait\n", "scenario", "another form"),
    (STREET, "- approve\n", "- wait: {until: besok}\n", "wrong-moment", "local day"),
    (STREET, "- approve\n", "- request_correction\n", "scenario", "another form"),
    (STREET, "- approve\n", "- request_correction: {items: [ktpp]}\n", "unknown-word", "'ktp'"),
    (STREET, "- approve\n", "- decide: {stage: periksa, outcome: correction}\n", "unknown-word", "positive"),
    (STREET, "applicant: {kind: person}", "applicant: orang", "scenario", "another form"),
    (STREET, "applicant: {kind: person}", "kind: baru", "unknown-word", "new"),
    (STREET, "applicant: {kind: person}", "papers: 5", "scenario", "another form"),
    (STREET, "applicant: {kind: person}", "papers: {ktp: {expires: x}}", "unknown-key", "expires_on"),
    (STREET, "applicant: {kind: person}", "papers: {ktp: {expires_on: besok}}", "wrong-moment", "local day"),
    (STREET, "fee: 550000,", "fee: gratis,", "scenario", "another form"),
    (STREET, "fee: 550000,", "stages: [x], slots: [y],", "unknown-word", "periksa"),
    (STREET, "valid_until: 2026-07-02}", "valid_until: besok}", "wrong-moment", "local day"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "code", "said"), BROKEN)
def test_each_broken_rule_is_told(check: Check, name: str, old: str, new: str, code: str, said: str) -> None:
    """The right problem, in the right file, with what helps to correct it."""
    report = check(name, (old, new))
    found = [item for item in report.problems if item.code == code]

    assert any(said in item.message("en") for item in found), [
        item.describe("en") for item in report.problems
    ]
    assert all(item.file for item in report.problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        (STREET, "    produces: rekomendasi\n", "", "nobody-produces"),
        (
            STREET,
            "{code: ktp, label: KTP}",
            "{code: ktp, label: KTP, alternative_group: a}",
            "lonely-alternative",
        ),
        (STREET, "lokasi: {title: Lokasi, ", "lokasi: {", "no-title"),
        (STREET, "  issue_within: 2 working_days\n", "", "no-issue-within"),
        (STREET, "kind: payment", "kind: verification", "no-payment-stage"),
        (TARIFF, "valid: 2026-01-01 ..", "valid: 2026-02-01 ..", "tariff-cover"),
        (CALENDAR, "2026-01-01 .. 2027-12-31", "2026-01-01 .. 2026-12-31", None),
    ],
)
def test_what_is_doubtful_is_a_warning(check: Check, name: str, old: str, new: str, code: str | None) -> None:
    """The catalogue can still be used."""
    report = check(name, (old, new))

    assert report.ok, [item.describe("en") for item in report.problems]
    assert ([code] if code else []) == [item.code for item in report.warnings]


def test_a_missing_service_standard_is_a_warning(check: Check, files: dict[str, str]) -> None:
    """The eight texts can be added later; their absence shows."""
    text = files[STREET]
    start, end = text.index("service_standard:"), text.index("tests:")
    report = check(STREET, (text[start:end], ""))

    assert ["no-service-standard"] == [item.code for item in report.warnings]


def test_a_version_after_the_end_of_the_calendar_is_an_error(check: Check) -> None:
    """No deadline could be counted at all."""
    report = check(STREET, ("in_force: 2026-01-01 ..", "in_force: 2028-01-01 .."))

    assert "calendar-cover" in {item.code for item in report.problems}


def test_a_version_that_the_calendar_covers_in_part_is_a_warning(check: Check) -> None:
    """Deadlines of the other days cannot be counted."""
    report = check(STREET, ("in_force: 2026-01-01 ..", "in_force: 2026-01-01 .. 2028-12-31"))

    assert "calendar-cover" in {item.code for item in report.warnings}


@pytest.mark.parametrize(("named", "wrong"), [("", True), ("\nsigning_units: [dpmptsp]", False)])
def test_a_signatory_of_a_unit_that_does_not_decide_is_an_error(
    check: Check, named: str, *, wrong: bool
) -> None:
    """A head of another unit could never sign; naming the unit lets them."""
    report = check(STREET, ("responsible_unit: dpmptsp", f"responsible_unit: dinas-perhubungan{named}"))

    assert wrong == ("signing-unit" in {item.code for item in report.problems})


def test_an_unknown_signing_unit_is_an_error(check: Check) -> None:
    """With the place in the file."""
    named = ("responsible_unit: dpmptsp", "responsible_unit: dpmptsp\nsigning_units: [dinas-perhubungann]")
    found = [item for item in check(STREET, named).problems if item.code == "unknown-code"]

    assert ["$.signing_units[0]"] == [item.path for item in found]


def test_a_free_permit_waits_for_no_payment(check: Check, files: dict[str, str]) -> None:
    """A payment stage would keep a free permit waiting for ever."""
    text = files[STREET]
    start, end = text.index("fee:\n"), text.index("validity:")
    report = check(STREET, (text[start:end], "fee: {kind: free}\n"))

    assert "payment-for-nothing" in {item.code for item in report.problems}


@pytest.mark.parametrize(
    "definitions",
    ['{a: {$ref: "#/$defs/a"}}', '{a: {allOf: [{$ref: "#/$defs/b"}]}, b: {if: {$ref: "#/$defs/a"}}}'],
)
def test_references_in_a_circle_are_told(check: Check, definitions: str) -> None:
    """The validator would never end; a field in between (a tree) is allowed."""
    report = check(
        STREET,
        ("  type: object\n  required", f"  $defs: {definitions}\n  type: object\n  required"),
        (
            "sosial: {title: Kegiatan sosial, type: boolean}",
            'sosial: {title: S, type: boolean, $ref: "#/$defs/a"}',
        ),
    )

    assert any("leads back to itself" in item.message("en") for item in report.problems)


def test_a_form_may_hold_a_tree(check: Check) -> None:
    """A part that contains parts of its own kind."""
    tree = "{a: {title: A, type: object, properties: {lagi: {$ref: '#/$defs/a'}}}}"
    report = check(
        STREET,
        ("  type: object\n  required", f"  $defs: {tree}\n  type: object\n  required"),
        ("    terop:\n", "    pohon: {$ref: '#/$defs/a'}\n    terop:\n"),
    )

    assert report.ok, [item.describe("en") for item in report.problems]


def test_two_tables_of_one_code_must_not_overlap(check: Check, files: dict[str, str]) -> None:
    """The day decides which tariff counts."""
    files["tariffs/old.yaml"] = files[TARIFF]
    report = check(TARIFF)

    assert "tariff-overlap" in {item.code for item in report.problems}


class TestCodes:
    """What the QR codes of letters can hold."""

    def test_a_type_whose_object_does_not_fit_is_warned_of(self, check):
        """The object of an example, with a long holder; what is left out cannot be compared with the paper."""
        long = (
            '"'
            + " ".join(f"petak {number * 7919 % 10007} RT {number * 31 % 97}" for number in range(20))
            + '"'
        )
        report = check(
            STREET, ('object: \'"Pemakaian jalan seluas " + text(form.luas) + " m2"\'', f"object: '{long}'")
        )

        assert [("code-shortens", "object")] == [
            (item.code, item.phrase.fields["names"])
            for item in report.warnings
            if item.code == "code-shortens"
        ]

    def test_a_type_that_fits_is_not(self, check):
        """The reference example."""
        assert "code-shortens" not in {item.code for item in check(STREET).warnings}

    def test_two_types_of_one_number_are_refused(self, monkeypatch, files, write):
        """Their codes could not be told apart on paper."""
        from perizinan_core.catalogue._checks import _paper_codes

        files["permits/other.yaml"] = files[STREET].replace("code: pemakaian-jalan", "code: jalan-lain")
        monkeypatch.setattr(_paper_codes, "type_number", lambda _code: 7)
        report = check_catalogue(write(files))

        assert "type-number-taken" in {item.code for item in report.problems}
