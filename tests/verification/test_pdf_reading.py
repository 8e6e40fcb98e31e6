"""The strict PDF reader: what is right is read, what is not is refused with our own error."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perizinan_core._pdf._limits import Limits
from perizinan_core._pdf._structure import PdfStructure
from perizinan_core._pdf._syntax import HexString, Parser, Ref, Stream, decode_text
from perizinan_core.errors.pdf import PdfStructureError
from perizinan_core.verification._listing import sound_signatures
from perizinan_core.verification._pdf._pages import embedded_files, link_addresses
from perizinan_core.verification._pdf._text import printed_text
from perizinan_core.verification._wholeness import Wholeness, scan

CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"
PAGES = b"<</Type /Pages /Kids [] /Count 0>>"


def parse(text):
    return Parser(text, 20).value(0)[0]


def stream(dictionary, data):
    return b"<<%b /Length %d>>\nstream\n%b\nendstream" % (dictionary, len(data), data)


def with_xref_stream(objects, packed=(), *, predictor=False, widths=(1, 4, 2), damage=None):
    """A PDF whose table is a cross-reference stream; ``packed`` objects lie in an object stream."""
    parts, rows = [b"%PDF-1.7\n"], [(0, 0, 65535)]
    for number, body in enumerate(objects, 1):
        rows.append((1, sum(map(len, parts)), 0))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    container = len(objects) + 1
    index, content = [], b""
    for place, body in enumerate(packed):
        index += [container + 1 + place, len(content)]
        content += body + b" "
    head = b" ".join(b"%d" % item for item in index) + b" "
    body = stream(b"/Type /ObjStm /N %d /First %d" % (len(packed), len(head)), head + content)
    rows.append((1, sum(map(len, parts)), 0))
    parts.append(b"%d 0 obj\n%b\nendobj\n" % (container, body))
    rows += [(2, container, place) for place in range(len(packed))]
    start = sum(map(len, parts))
    own = container + 1 + len(packed)
    rows.append((1, start, 0))
    table = b"".join(
        b"".join(value.to_bytes(width, "big") for value, width in zip(row, widths, strict=True))
        for row in rows
    )
    settings_ = b""
    if predictor:
        size, above, coded = sum(widths), bytes(sum(widths)), b""
        for place in range(0, len(table), size):
            row = table[place : place + size]
            coded += b"\x02" + bytes((a - b) % 256 for a, b in zip(row, above, strict=True))
            above = row
        table, settings_ = coded, b"/DecodeParms <</Predictor 12 /Columns %d>>" % size
    dictionary = b"/Type /XRef /W [%d %d %d] /Size %d /Root 1 0 R /Filter /FlateDecode %b" % (
        *widths,
        own + 1,
        settings_,
    )
    if damage:
        dictionary = dictionary.replace(*damage)
    parts.append(
        b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF"
        % (own, stream(dictionary, zlib.compress(table)), start)
    )
    return b"".join(parts)


class TestSyntax:
    """Objects of ISO 32000-1 section 7.3."""

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            (b" % comment\n true", True),
            (b"false ", False),
            (b"null", None),
            (b"-12", -12),
            (b"+.5", 0.5),
            (b"1.", 1.0),
            (b"12 0 R", Ref(12, 0)),
            (b"12 0", 12),
            (b"/A#42C", "ABC"),
            (b"/", ""),
            (b"<4 1 4>", b"A@"),
            (b"(a\\(b\\)\\n\\101(c)\\\r\nd\\\re\\q)", b"a(b)\nA(c)deq"),
            (b"[1 [2] <</K (v)>>]", [1, [2], {"K": b"v"}]),
        ],
    )
    def test_objects_are_read(self, text, value):
        """One of each kind."""
        assert value == parse(text)

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"tru",
            b"<<",
            b"<</A",
            b"<<1 2>>",
            b"<</A 1 /A 2>>",
            b"[1",
            b"<4G>",
            b"<41",
            b"(a",
            b"1x",
            b">",
            b"9" * 30,
            b"[" * 30,
        ],
    )
    def test_what_is_no_object_is_refused(self, text):
        """Also a key that comes twice, on which readers disagree, and nesting without end."""
        with pytest.raises(PdfStructureError):
            parse(text)

    def test_a_hexadecimal_string_knows_its_place(self):
        """The byte range is held against it."""
        value, end = Parser(b"  <4142>", 5).value(0)

        assert (2, 8, 8) == (value.start, value.end, end)
        assert isinstance(value, HexString)

    def test_values_without_number_are_refused(self):
        """A small file must not fill the memory."""
        parser = Parser(b"[" + b"0 " * 100 + b"]", 5)
        parser._left = 50
        with pytest.raises(PdfStructureError, match="too many"):
            parser.value(0)

    @settings(max_examples=300, deadline=None)
    @given(text=st.text(alphabet="<>[]()/\\ 0123456789RAtruefalsn%\n", max_size=60))
    def test_nothing_but_our_error_leaves_the_parser(self, text):
        """On any mixture of its own characters."""
        try:
            parse(text.encode())
        except PdfStructureError as error:
            assert 0 <= error.offset <= len(text)  # noqa: PT017

    @pytest.mark.parametrize(
        ("raw", "text"),
        [(b"\xfe\xff\x00A", "A"), (b"\xef\xbb\xbf\xc3\xa9", "é"), (b"\xe9", "é"), (None, ""), (5, "")],
    )
    def test_text_strings_are_decoded(self, raw, text):
        """UTF-16, UTF-8 and one-byte text; anything else is empty."""
        assert text == decode_text(raw)


class TestStructure:
    """Tables, cross-reference streams, object streams."""

    @pytest.mark.parametrize("predictor", [False, True])
    def test_cross_reference_and_object_streams_are_read(self, predictor):
        """What newer writers make."""
        pdf = PdfStructure(with_xref_stream([CATALOG.replace(b"2 0", b"3 0")], [PAGES], predictor=predictor))

        assert "Pages" == pdf.dictionary(pdf.catalog()["Pages"])["Type"]
        assert 1 == pdf.revisions

    def test_arrays_that_are_missing_are_empty(self):
        """Most entries of a dictionary are optional."""
        assert [] == PdfStructure(with_xref_stream([CATALOG, PAGES])).array(None)

    @pytest.mark.parametrize(
        "damage",
        [
            (b"/W [1 4 2]", b"/W [1 4]"),
            (b"/W [1 4 2]", b"/W [9 4 2]"),
            (b"/W [1 4 2]", b"/W [0 0 0]"),
            (b"/W [1 4 2]", b"/W 5"),
            (b"/Size", b"/Sise"),
            (b"/Type /XRef", b"/Type /XReg"),
            (b"/Root", b"/Index [0 999999] /Root"),
            (b"/Root", b"/Index [0] /Root"),
            (b"/Root", b"/Prev (x) /Root"),
            (b"/Root", b"/Prev 999999 /Root"),
            (b"/Filter /FlateDecode", b"/Filter /LZWDecode"),
            (b"/Filter /FlateDecode", b"/Filter [/FlateDecode /FlateDecode]"),
            (b"/Root 1 0 R", b"/Root 1 0 R /DecodeParms <</Predictor 3>>"),
            (b"/Root 1 0 R", b"/Root 1 0 R /DecodeParms <</Predictor 12 /Columns 0>>"),
            (b"/Root 1 0 R", b"/Root 1 0 R /DecodeParms <</Predictor 12 /Columns 5>>"),
        ],
    )
    def test_a_damaged_cross_reference_stream_is_refused(self, damage):
        """Columns, rows, filters, chain."""
        with pytest.raises(PdfStructureError):
            PdfStructure(with_xref_stream([CATALOG, PAGES], damage=damage))

    @pytest.mark.parametrize(
        "change",
        [
            (b"%PDF-1.7", b"%PDF-9.7"),
            (b"startxref", b"startxxef"),
            (b"xref\n0", b"xrxf\n0"),
            (b"0000000000 65535 f", b"000000000x 65535 f"),
            (b"trailer\n", b"traiter\n"),
            (b"trailer\n<<", b"trailer\n[<"),
            (b"/Root 1 0 R", b"/Root 9 0 R"),
            (b"/Root 1 0 R", b"/Root (a)  "),
            (b"1 0 obj", b"3 0 obj"),
            (b"1 0 obj", b"1 1 obj"),
            (b"1 0 obj", b"1 0 obk"),
            (b">>\nendobj\n2", b">>\nendobx\n2"),
        ],
    )
    def test_a_damaged_table_is_refused(self, build, change):
        """Header, tail, rows, trailer, objects."""
        data = build.assemble([CATALOG, PAGES]).replace(*change, 1)
        with pytest.raises(PdfStructureError):
            PdfStructure(data).dictionary(PdfStructure(data).catalog()["Pages"])

    @pytest.mark.parametrize(
        "body",
        [
            b"<</Length 99999>>\nstream\nab\nendstream",
            b"<</Length -1>>\nstream\nab\nendstream",
            b"<</Length 1>>\nstream\nab\nendstream",
            b"<</Length (x)>>\nstream\nab\nendstream",
            b"<</Length 2 /Filter /FlateDecode>>\nstream\nab\nendstream",
            b"<</Length 0>>\nstrean",
            b"[1]\nstream\n\nendstream",
            b"3 0 R",
            b"5",
        ],
    )
    def test_a_damaged_stream_is_refused(self, build, body):
        """Length, filter, missing dictionary, going round in a circle, no stream at all."""
        pdf = PdfStructure(build.assemble([CATALOG, PAGES, body]))
        with pytest.raises(PdfStructureError):
            pdf.stream_data(Ref(3, 0))

    def test_a_bomb_is_not_unpacked(self, build):
        """All streams of a file share one bound."""
        packed = zlib.compress(bytes(1_000_000), 9)
        body = stream(b"/Filter /FlateDecode", packed)
        pdf = PdfStructure(build.assemble([CATALOG, PAGES, body]), Limits(max_unpacked=100_000))
        with pytest.raises(PdfStructureError, match="too much"):
            pdf.stream_data(Ref(3, 0))

    def test_limits_hold(self, build):
        """Objects, revisions."""
        data = build.assemble([CATALOG, PAGES])
        with pytest.raises(PdfStructureError, match="too many objects"):
            PdfStructure(data, Limits(max_objects=1))
        start = int(data.split(b"startxref\n")[1].split()[0])
        tail = b"xref\n0 0\ntrailer\n<</Prev %d>>\nstartxref\n%d\n%%%%EOF\n" % (start, len(data))
        with pytest.raises(PdfStructureError, match="too many revisions"):
            PdfStructure(data + tail, Limits(max_revisions=1))

    def test_a_table_chain_that_bites_its_tail_is_refused(self, build):
        """An endless loop for lenient readers."""
        data = build.assemble([CATALOG, PAGES])
        start = int(data.split(b"startxref\n")[1].split()[0])
        with pytest.raises(PdfStructureError, match="circle"):
            PdfStructure(data.replace(b"/Root", b"/Prev %d /Root" % start))

    @pytest.mark.parametrize(
        "damage",
        [
            (b"/Type /ObjStm", b"/Type /ObjXtm"),
            (b"/N 1", b"/N 2"),
            (b"/First 4", b"/First 9999"),
            (b"3 0 <<", b"9 0 <<"),
        ],
    )
    def test_a_damaged_object_stream_is_refused(self, damage):
        """Kind, count, index."""
        data = with_xref_stream([CATALOG.replace(b"2 0", b"3 0")], [PAGES])
        first = data.split(b"/First ")[1].split()[0].rstrip(b">")
        before = (damage[0] if damage[0] != b"/First 4" else b"/First " + first).ljust(1)
        after = damage[1][: len(before)].ljust(len(before))
        with pytest.raises(PdfStructureError):
            PdfStructure(data.replace(before, after)).dictionary(Ref(3, 0))

    def test_missing_objects_are_null(self, build):
        """Section 7.3.10."""
        pdf = PdfStructure(build.assemble([CATALOG, PAGES]))

        assert pdf.resolve(Ref(77, 0)) is None
        with pytest.raises(PdfStructureError):
            pdf.array(1)
        with pytest.raises(PdfStructureError):
            pdf.stream_data(None)

    def test_a_stream_gives_its_dictionary(self, build):
        """Where a dictionary is asked for."""
        pdf = PdfStructure(build.assemble([CATALOG, PAGES, stream(b"/K 1", b"ab")]))

        assert 1 == pdf.dictionary(Ref(3, 0))["K"]
        assert isinstance(pdf.resolve(Ref(3, 0)), Stream)


class TestForm:
    """Signature fields."""

    @staticmethod
    def _pdf(build, signature, fields=b"[3 0 R]"):
        catalog = b"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields %b>>>>" % fields
        return PdfStructure(build.assemble([catalog, PAGES, b"<</FT /Sig /T (a) /V 4 0 R>>", signature]))

    def test_kids_inherit_and_names_are_joined(self, build):
        """Section 12.7.3."""
        catalog = b"<</Type /Catalog /Pages 2 0 R /AcroForm <</Fields [3 0 R]>>>>"
        signature = b"<</SubFilter /X /ByteRange [0 1 2 3] /Contents <00> /M (D:20261125100000+07'00')>>"
        data = build.assemble(
            [catalog, PAGES, b"<</FT /Sig /T (a) /Kids [4 0 R]>>", b"<</T (b) /V 5 0 R>>", signature]
        )
        found = sound_signatures(PdfStructure(data), 9)

        assert [("a.b", "2026-11-25T10:00:00+07:00")] == [
            (item.name, item.signed_at.isoformat()) for item in found
        ]

    @pytest.mark.parametrize(
        ("text", "iso"),
        [
            (b"D:20261125100000Z", "2026-11-25T10:00:00+00:00"),
            (b"D:20261125100000-03'30'", "2026-11-25T10:00:00-03:30"),
            (b"D:20261325100000Z", None),
            (b"D:20261125100000+99'00", None),
            (b"2026", None),
        ],
    )
    def test_times_need_their_offset(self, build, text, iso):
        """A time of nowhere proves nothing."""
        pdf = self._pdf(build, b"<</SubFilter /X /ByteRange [0 1 2 3] /Contents <00> /M (%b)>>" % text)
        moment = sound_signatures(pdf, 9)[0].signed_at

        assert iso == (moment.isoformat() if moment else None)

    @pytest.mark.parametrize(
        "signature",
        [
            b"<<>>",
            b"<</ByteRange [0 1 2 (x)]>>",
            b"<</ByteRange [0 1 2 3] /Contents (x) /SubFilter /X>>",
            b"[]",
        ],
    )
    def test_half_a_signature_is_refused(self, build, signature):
        """Range, contents and format belong to it."""
        with pytest.raises(PdfStructureError):
            sound_signatures(self._pdf(build, signature), 9)

    def test_too_many_signatures_and_fields_are_refused(self, build):
        """A form may also refer to itself."""
        signature = b"<</SubFilter /X /ByteRange [0 1 2 3] /Contents <00>>>"
        with pytest.raises(PdfStructureError, match="too many signatures"):
            sound_signatures(self._pdf(build, signature), 0)
        with pytest.raises(PdfStructureError, match="lists a field twice"):
            sound_signatures(self._pdf(build, signature, b"[3 0 R 3 0 R]"), 9)
        catalog = b"<</Type /Catalog /AcroForm <</Fields [2 0 R]>>>>"
        with pytest.raises(PdfStructureError, match="in a circle"):
            sound_signatures(PdfStructure(build.assemble([catalog, b"<</T (a) /Kids [2 0 R 2 0 R]>>"])), 9)


class TestContent:
    """Embedded files, links, text."""

    def test_name_trees_are_followed_and_bounded(self, build):
        """Also when they refer to themselves."""
        catalog = b"<</Type /Catalog /Pages 2 0 R /Names <</EmbeddedFiles <</Kids [3 0 R]>>>>>>"
        leaf = b"<</Names [(a) 4 0 R]>>"
        file = b"<</F (x.txt) /EF <</F 5 0 R>>>>"
        objects = [catalog, PAGES, leaf, file, stream(b"", b"hello")]

        assert [b"hello"] == embedded_files(PdfStructure(build.assemble(objects)), "x.txt")
        assert [] == embedded_files(PdfStructure(build.assemble(objects)), "permit.json")
        objects[2] = b"<</Kids [3 0 R]>>"
        with pytest.raises(PdfStructureError, match="too large"):
            embedded_files(PdfStructure(build.assemble(objects)), "x.txt")

    def test_a_page_tree_that_refers_to_itself_is_refused(self, build):
        """For links and for text."""
        pdf = PdfStructure(build.assemble([CATALOG, b"<</Type /Pages /Kids [2 0 R]>>"]))
        with pytest.raises(PdfStructureError):
            link_addresses(pdf)
        with pytest.raises(PdfStructureError):
            printed_text(pdf)

    def _text(self, build, content, font=b"<</Subtype /Type1 /ToUnicode 6 0 R>>", more=b"", cmap=None):
        table = cmap or b"1 beginbfrange <00> <FF> <0000> endbfrange"
        page = b"<</Type /Page /Contents [4 0 R] /Resources <</Font <</F 5 0 R>> /XObject <</X 7 0 R>>>>>>"
        form = stream(b"/Subtype /Form", b"BT /F 1 Tf (form) Tj ET")
        objects = [
            CATALOG,
            b"<</Type /Pages /Kids [3 0 R]>>",
            page,
            stream(b"", content),
            font,
            stream(b"", table),
            more or form,
        ]
        return printed_text(PdfStructure(build.assemble(objects)))

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"BT /F 9 Tf (a) Tj [(b) -200 (c)] TJ <64> Tj ET", "abcd"),
            (b"(before a font is chosen) Tj", ""),
            (b"/F 9 Tf /Artifact BMC (page 1) Tj /X Do EMC (a) Tj", "a"),
            (
                b"/F 9 Tf /Artifact <</Type /Pagination>> BDC /P <</MCID 0>> BDC (x) Tj EMC (y) Tj EMC (a) Tj",
                "a",
            ),
            (b"/F 9 Tf /Span <</ActualText (fi)>> BDC (\\001) Tj EMC (x) Tj", "fix"),
            (b"/F 9 Tf /Span <</ActualText <FEFF0066>>> BDC (\\001) Tj EMC (x) Tj", "fx"),
            (b"q /F 9 Tf (a) Tj Q (b) Tj Q EMC", "a"),
            (b"/F 9 Tf (a) Tj /X Do /Y Do", "aform"),
            (b"/F 9 Tf BI /W 1 ID (((( EI (a) Tj", "a"),
            (b"/F 9 Tf (a(b(c)d)e\\)) Tj", "a(b(c)d)e)"),
        ],
    )
    def test_text_is_read_in_content_order(self, build, content, text):
        """Artifacts are left out, ActualText replaces, forms are entered, inline images skipped."""
        assert text == self._text(build, content)

    def test_two_byte_fonts_are_read_through_their_table(self, build):
        """Characters, ranges, lists, and codes that mean nothing."""
        cmap = b"2 beginbfchar <0001> <0041> <0002> <D83DDE00> endbfchar beginbfrange <0010> <0012> <0061> <0020> <0021> [<0078> <0079>] endbfrange"  # noqa: E501
        text = self._text(
            build,
            b"/F 9 Tf <0001001000120021000200FF> Tj",
            font=b"<</Subtype /Type0 /ToUnicode 6 0 R>>",
            cmap=cmap,
        )

        assert "Aacy😀\ufffd" == text

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"font": b"<</Subtype /Type1>>"}, "does not say"),
            ({"cmap": b"beginbfrange <0000> <FFFFFFFF> <0000> endbfrange"}, "too many signs"),
            ({"more": stream(b"/Subtype /Form", b"/X Do /X Do")}, "too many forms"),
        ],
    )
    def test_unreadable_text_is_refused(self, build, options, problem):
        """Fonts without meaning, tables and forms without end."""
        with pytest.raises(PdfStructureError, match=problem):
            self._text(build, b"/F 9 Tf (a) Tj /X Do", **options)


class TestScan:
    """What the bytes say before any parser is trusted."""

    @pytest.mark.parametrize(
        ("data", "wholeness"),
        [
            (b"", Wholeness.UNSIGNED),
            (b"x /ByteRange [0 1 2 3]", Wholeness.APPENDED),
            (b"/ByteRange [0 1 2 99] \nstartxref\n0\n%%EOF", Wholeness.INCONSISTENT),
            (b"/ByteRange [0 1 2 99]", Wholeness.CUT),
            (b"/ByteRange []", Wholeness.CUT),
            (b"06092A864886F70D010702 startxref\n0\n%%EOF", Wholeness.INCONSISTENT),
            (b"/ByteRange [0 1 22 0]    4 0 obj", Wholeness.CUT),
        ],
    )
    def test_traces_are_found_and_ends_compared(self, data, wholeness):
        """Each case of the rule."""
        assert wholeness is scan(data).wholeness
