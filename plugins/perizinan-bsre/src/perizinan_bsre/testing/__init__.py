"""
An Esign Client Service to test against: it speaks both generations, really signs, and fails in every way that was seen.

::

    with PkiServer.running() as pki, EsignServer.running(pki) as server:
        signer = server.signer(Generation.V2)

`EsignServer.ruled` lets a rule answer in its place; `cut` and `late` are two of them. The plugin itself never loads
this package.
"""

from perizinan_bsre.testing._calls import SAID, Call, Reply, Rule, cut, late
from perizinan_bsre.testing._server import EsignServer

__all__ = ["SAID", "Call", "EsignServer", "Reply", "Rule", "cut", "late"]
