"""
The top of the command line.

Commands are imported when they are called, so that ``perizinan verify`` starts without the database and
``perizinan --help`` without anything. A `PerizinanError` becomes one sentence on standard error and exit
code 1 (usage errors: 2); no traceback reaches a user.
"""

from __future__ import annotations

import gettext
import importlib
import logging
import os
import sys
import tomllib
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import click

from perizinan_core._parts import require_office_parts
from perizinan_core.cli._own_output import own_output
from perizinan_core.cli._quiet import quiet
from perizinan_core.errors.base import PerizinanError
from perizinan_core.i18n import DEFAULT_LANGUAGE, LANGUAGES, N_, said, translate

__all__ = ["EXIT_FAILURE", "EXIT_USAGE", "cli", "main"]

EXIT_FAILURE = 1
EXIT_USAGE = 2

_COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("perizinan_core.cli._init", "init_command", N_("Set up an office in a folder.")),
    "demo": ("perizinan_core.cli._demo", "demo_command", N_("Show a permit from catalogue to verified PDF.")),
    "catalogue": (
        "perizinan_core.cli._catalogue",
        "catalogue_group",
        N_("Check and show permit catalogues."),
    ),
    "letter": (
        "perizinan_core.cli._letter",
        "letter_group",
        N_("Show letters before there is a case."),
    ),
    "documents": (
        "perizinan_core.cli._documents",
        "documents_group",
        N_("Judge files as uploads are judged, copy documents to another store."),
    ),
    "verify": (
        "perizinan_core.cli._verify",
        "verify_command",
        N_("Check permits: genuine, entitled, in force."),
    ),
    "authority": (
        "perizinan_core.cli._authority",
        "authority_group",
        N_("Publish, show and update the authority document."),
    ),
    "directory": (
        "perizinan_core.cli._directory",
        "directory_group",
        N_("Make, show and update a signed directory of offices."),
    ),
    "verify-qr": (
        "perizinan_core.cli._verify_qr",
        "verify_qr_command",
        N_("Check the QR code of a permit on paper."),
    ),
    "keys": ("perizinan_core.cli._keys", "keys_group", N_("Make, show and rotate keys.")),
    "migrate": ("perizinan_core.cli._migrate", "migrate_command", N_("Create or upgrade the database.")),
    "records": (
        "perizinan_core.cli._records",
        "records_group",
        N_("Check that the records are as they were written."),
    ),
    "worker": (
        "perizinan_core.cli._worker",
        "worker_command",
        N_("Send mail, resume signing, watch deadlines."),
    ),
    "backup": (
        "perizinan_core.cli._backup",
        "backup_command",
        N_("Copy records and documents while the office works."),
    ),
    "restore": ("perizinan_core.cli._backup", "restore_command", N_("Put a backup back.")),
    "doctor": (
        "perizinan_core.cli._doctor",
        "doctor_command",
        N_("Say what is wrong with the office, or soon will be."),
    ),
    "batches": (
        "perizinan_core.cli._batches",
        "batches_group",
        N_("Show what was asked for many permits at once, stop it, continue it."),
    ),
    "outbox": (
        "perizinan_core.cli._outbox",
        "outbox_group",
        N_("Show deliveries that wait, and try them again."),
    ),
    "events": (
        "perizinan_core.cli._events",
        "events_group",
        N_("Show who receives events, and queue the past again."),
    ),
    "audit": (
        "perizinan_core.cli._audit",
        "audit_group",
        N_("Take out what was done, without personal data."),
    ),
    "officers": ("perizinan_core.cli._officers", "officers_group", N_("Keep the record of officers.")),
    "cases": (
        "perizinan_core.cli._cases",
        "cases_group",
        N_("List cases, take them in, judge them, issue their permits."),
    ),
    "consents": (
        "perizinan_core.cli._consents",
        "consents_group",
        N_("Note at the counter who agrees to messages by phone."),
    ),
    "permits": (
        "perizinan_core.cli._permits",
        "permits_group",
        N_("Find issued permits, save them, revoke them."),
    ),
    "serve": ("perizinan_core.cli._serve", "serve_command", N_("Serve the public pages of the office.")),
    "clock": (
        "perizinan_core.cli._clock",
        "clock_group",
        N_("Find and repair what a wrong clock wrote."),
    ),
    "plugins": ("perizinan_core.cli._plugins", "plugins_group", N_("Show the plugins and how they stand.")),
    "new": (
        "perizinan_core.cli._new._command",
        "new_group",
        N_("Make a plugin or an authority to begin with."),
    ),
}

_OFFICE_COMMANDS = frozenset(
    {
        "backup",
        "restore",
        "doctor",
        "outbox",
        "audit",
        "officers",
        "cases",
        "consents",
        "permits",
        "serve",
        "records",
        "init",
        "demo",
        "catalogue",
        "letter",
        "clock",
        "migrate",
        "worker",
    }
)
"""Commands that do nothing without the extra ``office``."""


class _LazyGroup(click.Group):
    """A group whose commands are imported on use; those of plugins come after ours."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *sorted(_plugin_help(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _COMMANDS:
            module, attribute, _help = _COMMANDS[cmd_name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return _in_language(command, _language())
        root = ctx.find_root()
        if root.params.get("no_plugins"):
            return None
        from perizinan_core.cli._plugin_commands import load_plugin_command

        return load_plugin_command(cmd_name, root, _switched_off(root))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = _language()
        rows = [(name, translate(text, language)) for name, (_, _, text) in _COMMANDS.items()]
        rows += [(name, translate(text, language)) for name, text in sorted(_plugin_help(ctx).items())]
        with formatter.section(gettext.gettext("Commands")):
            formatter.write_dl(rows)


_WRITTEN: WeakKeyDictionary[object, str] = WeakKeyDictionary()
"""Help texts as they are written: a process may be asked in one language and then in the other."""


def _in_language(command: click.Command, language: str) -> click.Command:
    """
    Give the help of a command, its options and subcommands in ``language``.

    Help texts are written in Bahasa Indonesia; ``locale/en`` holds their English.
    """
    command.help = translate(_WRITTEN.setdefault(command, command.help or ""), language) or None
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = translate(_WRITTEN.setdefault(parameter, parameter.help), language)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            _in_language(inner, language)
    return command


def _plugin_help(ctx: click.Context) -> dict[str, str]:
    """Return the commands of plugins as their manifests tell them: for help no plugin is imported."""
    root = ctx.find_root()
    if root.params.get("no_plugins"):
        return {}
    from perizinan_core.hooks._installed import installed_plugins

    switched_off = _switched_off(root)
    return {
        name: text
        for plugin in installed_plugins()
        if plugin.manifest is not None and plugin.name not in switched_off
        for name, text in plugin.manifest.commands.items()
        if name not in _COMMANDS and name.isprintable()
    }


def _switched_off(root: click.Context) -> tuple[str, ...]:
    """Return which plugins the settings leave out; settings that cannot be read are another command's finding."""
    try:
        table = tomllib.loads(Path(root.params["settings"]).read_text(encoding="utf-8"))["plugins"][
            "disabled"
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(item for item in table if isinstance(item, str)) if isinstance(table, list) else ()


@click.group(
    "cli",
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help="Perizinan: izin pemerintah daerah, dari syarat sampai PDF bertanda tangan.",
)
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("perizinan.toml"),
    envvar="PERIZINAN_SETTINGS",
    show_default=True,
    help="Berkas pengaturan instansi.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default=None,
    envvar="PERIZINAN_LANGUAGE",
    help="Bahasa keluaran: id (bawaan) atau en.",
)
@click.option("--debug", is_flag=True, help="Tampilkan juga jejak program di belakang kesalahan.")
@click.option("--no-plugins", is_flag=True, help="Jalankan tanpa plugin terpasang.")
@click.version_option(
    package_name="perizinan-core",
    message="%(prog)s %(version)s",
    help="Tampilkan versi lalu selesai.",
)
@click.pass_context
def _root(ctx: click.Context, *, settings: Path, language: str | None, debug: bool, no_plugins: bool) -> None:
    """Hold what every command needs: where the settings are, and the language."""
    if ctx.invoked_subcommand in _OFFICE_COMMANDS:
        require_office_parts()
    ctx.ensure_object(dict)
    ctx.obj.update(
        settings=settings,
        language=language or _language(),
        no_plugins=no_plugins,
        debug=debug,
        run_scenarios=_run_scenarios,
        check_letters=_check_letters,
    )


cli: click.Group = _root
"""The command line as a click group."""


def _run_scenarios(*arguments: Any) -> Iterator[Any]:
    """Play one example of a catalogue; the office behind it is loaded only when there is one."""
    from perizinan_core.bootstrap import check_scenario

    # What an office that is thrown away logs for its operator is noise to those who check a catalogue.
    with quiet("perizinan_core", level=logging.ERROR):
        yield from check_scenario(*arguments)


def _check_letters(*arguments: Any) -> Iterator[Any]:
    """Print the letters of a catalogue with invented data; loaded only when there are some."""
    from perizinan_core.bootstrap._examples import check_letters

    with quiet("perizinan_core", level=logging.ERROR):
        yield from check_letters(*arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    with own_output():
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
    sys.exit(code)


def _run(arguments: Sequence[str]) -> int:
    language = _language(arguments)
    _translate_click(language)
    _in_language(cli, language)
    try:
        code = cli.main(args=list(arguments), prog_name="perizinan", standalone_mode=False)
    except click.exceptions.Exit as done:
        code = done.exit_code
    except click.ClickException as error:
        error.show()
        code = EXIT_USAGE if isinstance(error, click.UsageError) else EXIT_FAILURE
    except (click.Abort, KeyboardInterrupt):
        _say(translate(N_("Stopped."), language))
        code = 130
    except PerizinanError as error:
        if "--debug" in arguments:
            traceback.print_exc()
        _say(f"{translate(N_('Error'), language)}: {error.message(language)}")
        code = EXIT_FAILURE
    except BrokenPipeError:
        # The reader (head, less) has gone; nothing more can be said to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_FAILURE
    except OSError as error:
        _say(
            translate(
                N_("Error: {path}: {reason}. Check that it exists and that you may read and write there."),
                language,
                path=error.filename or translate(N_("a file"), language),
                reason=said(error.strerror, language) if error.strerror else type(error).__name__,
            )
        )
        code = EXIT_FAILURE
    return code if isinstance(code, int) else 0


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def _language(arguments: Sequence[str] = ()) -> str:
    """Return the language asked for, found before parsing so that parse errors are translated too."""
    for index, argument in enumerate(arguments):
        if argument.startswith("--language="):
            return _known(argument.partition("=")[2])
        if argument == "--language" and index + 1 < len(arguments):
            return _known(arguments[index + 1])
    context = click.get_current_context(silent=True)
    if context is not None and isinstance(context.find_root().params.get("language"), str):
        return str(context.find_root().params["language"])
    return _known(os.environ.get("PERIZINAN_LANGUAGE", DEFAULT_LANGUAGE))


def _known(language: str) -> str:
    return language if language in LANGUAGES else DEFAULT_LANGUAGE


def _translate_click(language: str) -> None:
    """Give click's own sentences (usage, missing options) in ``language``; it asks the default gettext domain."""
    import perizinan_core.i18n as home

    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("click", str(Path(home.__file__).parent.parent / "locale"))
    gettext.textdomain("click")
