"""The example plugins keep what the kit demands of their kind."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest

from perizinan_core.testing import SubmissionCheckSuite, plugin_context, sample_pack
from perizinan_core.testing.storage._samples import made_application

EXAMPLES = Path(__file__).parents[2] / "examples"

for name in ("zoning-register",):
    if str(EXAMPLES / name) not in sys.path:
        sys.path.insert(0, str(EXAMPLES / name))

import zoning_register  # noqa: E402 - an example is not installed


class TestZoningRegister(SubmissionCheckSuite):
    """The example of the how-to page."""

    @pytest.fixture(autouse=True)
    def _file(self, tmp_path):
        self.file = tmp_path / "zones.csv"
        self.file.write_text("place,allowed\nJalan Kenanga,yes\nTaman Kota,no\n")

    @pytest.fixture
    def check(self):
        settings = zoning_register.ZoningSettings(file=self.file, permit_types=("warung",))
        context = plugin_context(settings, plugin="zoning-register")
        return lambda application, permit_type: zoning_register.decide_submission_check(
            application=application, permit_type=permit_type, context=context
        )

    def _case(self, code, place):
        permit_type = next(item for item in sample_pack().catalogue.permit_types if item.code == code)
        return made_application(permit_type=code, form={"lokasi": place}), permit_type

    @pytest.fixture
    def accepted(self):
        return self._case("warung", "jalan kenanga")

    @pytest.fixture
    def refused(self):
        return self._case("warung", "Taman Kota")

    @pytest.fixture
    def unconcerned(self):
        return self._case("acara", "Taman Kota")

    @contextmanager
    def broken(self):
        aside = self.file.rename(self.file.with_name("aside.csv"))
        yield
        aside.rename(self.file)

    def test_an_unknown_place_is_not_an_allowed_one(self, check):
        """The register names what is allowed."""
        application, permit_type = self._case("warung", "Jalan Baru")

        assert not check(application, permit_type).accepted
        assert "unknown place" == check(attrs.evolve(application, form={}), permit_type).answer
