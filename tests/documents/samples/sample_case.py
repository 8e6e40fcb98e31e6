"""One made-up upload, and what must be said of it."""

import attrs


@attrs.frozen
class SampleCase:
    """A file that a script here makes."""

    name: str
    """What it shows, as the test's name."""

    content: bytes = attrs.field(repr=False)
    """Its bytes."""

    codes: frozenset[str] = attrs.field(converter=frozenset)
    """Codes of all findings that it must get; none means accepted without a word."""

    file_name: str = "upload"
    """The name that the applicant gives it."""

    accept: tuple[str, ...] = ()
    """Further accepted types."""
