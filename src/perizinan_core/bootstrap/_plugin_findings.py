"""What is wrong with the plugins, or soon will be: `perizinan plugins doctor`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from perizinan_core.bootstrap._findings import FindingLevel, OfficeFinding
from perizinan_core.hooks import PluginState, PluginStatus
from perizinan_core.hooks._manager import BUILTIN, RECORDS, Origin, PluginManager, Registered
from perizinan_core.i18n import N_

__all__ = ["not_loaded", "plugin_findings"]

_MISSING = frozenset({PluginState.FAILED, PluginState.INCOMPATIBLE})

_ADVICE: Mapping[str, str] = {
    "metadata": N_("Take it out ({distribution}) and install it again from its wheel."),
    "other-interface": N_("Install a version of {distribution} that is made for this perizinan-core."),
    "other-core": N_("Install a newer perizinan-core, or an older version of {distribution}."),
    "name-taken": N_("Take one of the two out; both cannot be installed together."),
}
_USUAL = N_(
    "Tell the author of {distribution}. Until there is a repaired version, take it out or write "
    '`disabled = ["{plugin}"]` under [plugins] in perizinan.toml.'
)


def plugin_findings(manager: PluginManager) -> tuple[OfficeFinding, ...]:
    """Look at every plugin that was found; those that failed come first."""
    found = [finding for status in manager.statuses for finding in _of(status)]
    found += _twice(manager)
    return tuple(sorted(found, key=lambda item: item.level is not FindingLevel.PROBLEM))


def not_loaded(manager: PluginManager) -> Iterator[OfficeFinding]:
    """Name what is installed and missing from the office all the same."""
    for status in manager.statuses:
        if status.state in _MISSING:
            yield from _of(status)


def _of(status: PluginStatus) -> Iterator[OfficeFinding]:
    about = {
        "plugin": status.name,
        "distribution": status.distribution or status.name,
        "version": status.version or "-",
    }
    if status.state in _MISSING:
        yield OfficeFinding(
            code=status.code,
            sentence=N_("The plugin {plugin} ({distribution} {version}) is not loaded: {reason}."),
            remedy=_ADVICE.get(status.code, _USUAL),
            fields={**about, "reason": status.reason},
        )
        return
    if status.name == BUILTIN or status.state is PluginState.DISABLED or not status.distribution:
        return
    if status.printed:
        yield OfficeFinding(
            code="prints",
            level=FindingLevel.NOTICE,
            sentence=N_("The plugin {plugin} ({distribution} {version}) prints something when it is loaded."),
            remedy=N_(
                "Tell the author of {distribution}: a plugin writes to its logger. What it prints is kept apart."
            ),
            fields=about,
        )
    if status.manifest is None:
        yield OfficeFinding(
            code="no-manifest",
            level=FindingLevel.NOTICE,
            sentence=N_("The plugin {plugin} ({distribution} {version}) has no manifest."),
            remedy=N_(
                "Ask the author of {distribution} for one (perizinan_plugin.toml): without it, no one can say before "
                "an upgrade whether it will work."
            ),
            fields=about,
        )
    elif difference := _difference(status):
        yield OfficeFinding(
            code="manifest-differs",
            sentence=N_(
                "The manifest of the plugin {plugin} ({distribution} {version}) is not what it does: {difference}."
            ),
            remedy=N_("Tell the author of {distribution}: checks before an upgrade rely on the manifest."),
            fields={**about, "difference": difference},
        )


def _difference(status: PluginStatus) -> str:
    """Return the names by which manifest and plugin differ: ``+`` is offered only, ``-`` said only."""
    told = _pairs(status.manifest.offers if status.manifest is not None else {})
    done = _pairs(status.offers) | {(hook, "") for hook in status.hooks if hook.startswith("decide_")}
    signs = [("+", done - told), ("-", told - done)]
    return ", ".join(f"{sign}{hook} {name}".strip() for sign, pairs in signs for hook, name in sorted(pairs))


def _pairs(offers: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    return {(hook, name) for hook, names in offers.items() for name in (tuple(names) or ("",))}


def _twice(manager: PluginManager) -> Iterator[OfficeFinding]:
    for hook in RECORDS:
        claims = manager.claims(hook)
        counting = {(item.plugin, name) for item in manager.gather(hook) for name in item.names}
        for name in sorted({name for item in claims for name in item.names}):
            yield from _named_twice(hook, name, [item for item in claims if name in item.names], counting)


def _named_twice(
    hook: str, name: str, items: list[Registered], counting: set[tuple[str, str]]
) -> Iterator[OfficeFinding]:
    installed = sorted({item.plugin for item in items if item.origin is Origin.INSTALLED})
    left_out = [plugin for plugin in installed if (plugin, name) not in counting]
    if any(item.origin is Origin.BUILTIN for item in items):
        for plugin in left_out:
            yield OfficeFinding(
                code="replaces-built-in",
                sentence=N_(
                    'The plugin {plugin} offers "{name}" ({hook}), which is built in; it is not used.'
                ),
                remedy=N_(
                    'If it is to take the place of the built-in one, write "{name}" = "{plugin}" under '
                    "[plugins.replaces] in perizinan.toml."
                ),
                fields={"plugin": plugin, "name": name, "hook": hook},
            )
    elif len(installed) - len(left_out) > 1:
        yield OfficeFinding(
            code="offered-twice",
            sentence=N_('Several plugins offer "{name}" ({hook}): {plugins}. None of them is used.'),
            remedy=N_(
                'Take all but one out, or write under [plugins.replaces] in perizinan.toml: "{name}" = "PLUGIN".'
            ),
            fields={"name": name, "hook": hook, "plugins": ", ".join(installed), "plugin": installed[0]},
        )
