"""What is said of a function or format of a plugin that is not to be had."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import attrs

from perizinan_core.catalogue._nodes import Node
from perizinan_core.catalogue._problems import Problems, suggestion
from perizinan_core.errors.catalogue import Phrase
from perizinan_core.errors.hooks import HookError
from perizinan_core.i18n import N_
from perizinan_core.model._permit_type import PermitType

__all__ = ["failing_plugins_named", "missing_from_plugins"]


def missing_from_plugins(permit_type: PermitType, name: str) -> Phrase | None:
    """Return a sentence on ``SET.NAME``, or None where it is not such a name."""
    group, dot, _ = name.partition(".")
    if not dot:
        return None
    extensions = permit_type.extensions
    plugin = extensions.plugin_of(group)
    if plugin is None:
        return Phrase(
            N_("no plugin that is installed offers {name}; install the one that does"), {"name": name}
        )
    if group in extensions.absent:
        return Phrase(
            N_(
                "{name} is offered by the plugin {plugin}, which is not loaded; see `perizinan plugins doctor`"
            ),
            {"name": name, "plugin": plugin},
        )
    if name in {known for known, _, _ in extensions.functions()}:
        return Phrase(N_("the function {function} takes another number of values"), {"function": name})
    known = [known for known, _, _ in (*extensions.functions(), *extensions.formats())]
    return Phrase(
        N_("the plugin {plugin} does not offer {name}; {suggestion}"),
        {"name": name, "plugin": plugin, "suggestion": suggestion(name, known)},
    )


@attrs.frozen
class _Said:
    """What an error says, in the language of the reader."""

    error: HookError

    def to(self, language: str) -> str:
        """Return the sentence."""
        return self.error.message(language)


@contextlib.contextmanager
def failing_plugins_named(problems: Problems, node: Node) -> Iterator[None]:
    """Report a function or format of a plugin that fails while examples are computed; the check continues after it."""
    try:
        yield
    except HookError as error:
        problems.add(node, error.code, N_("the examples cannot be computed: {reason}"), reason=_Said(error))
