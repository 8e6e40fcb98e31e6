"""The signer keeps what every signing service promises, in both generations."""

from __future__ import annotations

import pytest
from perizinan_bsre import Generation

from perizinan_core.testing import DocumentSignerSuite


class _Suite(DocumentSignerSuite):
    secrets = ("frasa-sandi-uji-2026", "kata-sandi-aplikasi", "9900000101800001")
    generation = Generation.V2

    @pytest.fixture
    def signer(self, service):
        self._service = service
        return service.signer(self.generation)

    @pytest.fixture
    def root(self, service):
        return service.stamps.roots[0]

    def broken(self, signer):
        assert signer
        return self._service.ruled(lambda call: (503, b"", {}) if call.is_signing else None)

    def asked(self, signer):
        assert signer
        return self._service.asked


class TestV2(_Suite):
    """JSON and base64."""


class TestV1(_Suite):
    """Forms, and the PDF itself."""

    generation = Generation.V1
