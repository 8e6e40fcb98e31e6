"""
For tests of pages: a portal over a sample office in memory, and visitors who click as people do.

::

    kit = sample_portal(tmp_path)
    page = kit.visitor("loket-1").open("/petugas")
    page = page.form().fill(outcome="positive").send()

A `Visitor` reads the pages it gets: links, forms with their hidden fields, errors; so a test says what a person does.
"""

from perizinan_portal.testing._portals import PortalKit, sample_portal
from perizinan_portal.testing._visitors import PageForm, Seen, Visitor

__all__ = ["PageForm", "PortalKit", "Seen", "Visitor", "sample_portal"]
