"""The pages between the password and the code, in a real browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("perizinan-portal-browser")


@pytest.mark.parametrize("width", [360, 1280])
def test_setting_up_the_app_is_readable_for_everyone(browsing, width):
    """With the code to scan, and the key for those who cannot."""
    page = browsing.page("kasir", "/masuk/aplikasi", width=width, pending=True)

    assert "Siapkan aplikasi" in page.title()
    assert [] == browsing.findings(page)
    assert 0 >= browsing.overflow(page)
