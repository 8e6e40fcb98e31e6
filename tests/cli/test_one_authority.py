"""One database belongs to one authority, on both databases."""

import attrs
import pytest

from perizinan_core.bootstrap import Office, load_settings
from perizinan_core.hooks import hookimpl
from perizinan_core.hooks._types import AuthorityEntry
from perizinan_core.testing._offices import sample_pack
from perizinan_core.testing._refusals import raises_code

OTHER = "kota-lain"


class OtherPlugin:
    """Another made-up local government."""

    perizinan_api = 1

    @hookimpl
    def register_authorities(self):
        """The sample, under another name."""
        pack = sample_pack()
        other = attrs.evolve(pack, authority=attrs.evolve(pack.authority, slug=OTHER))
        return [AuthorityEntry(slug=OTHER, load=lambda: other)]


def open_as_other(office):
    """Open the office's database as another authority."""
    settings = load_settings(office.settings)
    other = attrs.evolve(settings, office=attrs.evolve(settings.office, authority=OTHER))
    return Office.open(other, plugins={"other": OtherPlugin()}, discover=False)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_belongs_to_the_authority_that_opened_it_first(new_folder, url_of, kind):
    """Another one is refused with both names; the first goes in and out, and nothing is changed."""
    made = new_folder("office")
    made.write_settings(url_of(kind))
    made.run("migrate")
    made.open().close()
    with raises_code("database-of-another-office") as told:
        open_as_other(made)
    made.open().close()

    assert ("kabupaten-contoh", OTHER) == (told.value.found, told.value.expected)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_database_of_before_belongs_to_the_authority_of_its_permits(new_folder, url_of, kind):
    """Its name is not written yet: the newest permit tells it."""
    made = new_folder("office")
    made.write_settings(url_of(kind))
    made.run("migrate")
    with made.open() as opened:
        made.kit(opened).permit()
        with opened.storage.unit_of_work() as work:
            work.settings.delete("authority-slug")
            work.commit()
    with raises_code("database-of-another-office"):
        open_as_other(made)
