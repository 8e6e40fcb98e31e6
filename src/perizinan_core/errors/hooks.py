"""Plugins that are missing, or that do not do what they should."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from perizinan_core.errors._http import Category, by_code
from perizinan_core.errors.base import Code, CodedError
from perizinan_core.i18n import N_

__all__ = ["DeliveryError", "HookError", "SettingError"]

_NOUNS: Mapping[str, str] = {
    "authority": N_("authority"),
    "storage": N_("record store"),
    "document store": N_("document store"),
    "renderer": N_("renderer"),
    "scanner": N_("upload scanner"),
    "channel": N_("notification channel"),
    "command": N_("command"),
    "frontend": N_("frontend"),
    "signer": N_("signer"),
    "tables": N_("set of tables"),
    "event consumer": N_("event consumer"),
    "message texts": N_("set of message texts"),
    "number source": N_("source of numbers"),
    "payment provider": N_("payment provider"),
    "retention": N_("keeper of data"),
    "expressions": N_("set of functions and formats"),
}

_WANTED: Mapping[str, str] = {
    "settings": N_("its settings"),
    "folder": N_("its folder"),
    "office": N_("the office"),
}


class HookError(CodedError):
    """
    A plugin is missing or failed.

    Values of its codes:

    - ``kind``: e.g. ``authority``, ``storage``, ``signer``
    - ``wanted``: what a plugin asked its context for: ``settings``, ``folder`` or ``office``
    - ``reason``: class of the error; its text may hold personal data and stays out
    """

    categories: ClassVar[Mapping[str, Category]] = by_code(
        {
            Category.OFFICE: (
                "expressions-changed message-texts nothing-registered offered-twice no-office one-process "
                "plugin-problem setting tables-taken tables-unsupported"
            ),
            Category.OUTSIDE: (
                "mail-server-lost mail-server-refused mail-server-unreachable mail-server-untrusted message-refused "
                "plugin-decision plugin-expression recipient-refused"
            ),
            Category.UNAVAILABLE: "check-unanswered delivery-deferred plugin-hangs",
        }
    )

    codes: ClassVar[Mapping[str, Code]] = {
        "nothing-registered": Code(
            N_(
                'The settings ask for the {kind} "{name}", but no plugin offers it; there are: {offered}. '
                "Install the plugin that brings it, or correct the settings. `perizinan plugins list` shows "
                "what is loaded."
            ),
            labels={"kind": _NOUNS},
            absent={"offered": "-"},
        ),
        "one-process": Code(
            N_(
                'The frontend "{name}" serves from one process. Start it without --processes; for more people, '
                "start several and put a proxy in front of them."
            )
        ),
        "plugin-hangs": Code(
            N_(
                'The plugin "{plugin}" offers the {kind} "{name}", but it did not answer within {seconds} s. '
                "Nothing was taken as done. Try again later; if it stays so, tell the office's administrator."
            ),
            labels={"kind": _NOUNS},
        ),
        "offered-twice": Code(
            N_(
                'Several plugins offer the {kind} "{name}": {plugins}. Write whose is used under '
                '[plugins.replaces] in the settings: "{name}" = "PLUGIN".'
            ),
            labels={"kind": _NOUNS},
        ),
        "plugin-problem": Code(
            N_(
                'The plugin "{plugin}" offers the {kind} "{name}", but opening it failed: {reason}. Repair '
                "or remove the plugin, or choose another {kind} in the settings."
            ),
            labels={"kind": _NOUNS},
        ),
        "tables-taken": Code(
            N_(
                'The plugins "{plugin}" and "{other}" both bring tables of the name "{name}", so nothing was changed. '
                "Name one of the two plugins under disabled in [plugins]."
            )
        ),
        # Its record store is a plugin's, which holds the records only.
        "tables-unsupported": Code(
            N_(
                "Plugins bring tables of their own ({names}), but the record store of this office holds none of them. "
                "Use SQLite or PostgreSQL, or name these plugins under disabled in [plugins]."
            )
        ),
        "no-office": Code(
            N_(
                'The plugin "{plugin}" asked for {wanted} where no office is open: when it said what it offers, '
                "or while it was being opened. It has to keep the context and ask when there is work to do."
            ),
            labels={"wanted": _WANTED},
        ),
        # `problems`: one sentence for each text.
        "message-texts": Code(
            N_("Texts of messages cannot be used: {problems}. Correct them where they are written."),
        ),
        # An outside system did not answer; that is never an answer.
        "check-unanswered": Code(
            N_(
                'The outside system behind the plugin "{plugin}" did not answer ({hook}), so nothing was changed. '
                "Try again later; the draft is kept."
            )
        ),
        # The permit type of a case uses functions or formats of plugins, and they are not those of its submission.
        "expressions-changed": Code(
            N_(
                "This case of {permit_type} was submitted under these functions and formats of plugins: {was}; now "
                "there are: {now}. Nothing was decided, as it could be decided differently. Install the plugins in "
                "those editions again, or tell the office's administrator."
            ),
            absent={"was": "-", "now": "-"},
        ),
        "plugin-expression": Code(
            N_(
                '{name} of the plugin "{plugin}" did not give a usable answer ({reason}), so nothing was decided. Try '
                "again later, or tell the office's administrator."
            )
        ),
        # A plugin that had to decide something raised instead; the use case stops (fails closed).
        "plugin-decision": Code(
            N_(
                'The plugin "{plugin}" could not answer {hook} ({reason}), so nothing was changed. Try again '
                "later, or tell the office's administrator."
            )
        ),
    }


class SettingError(HookError):
    """
    A setting of a plugin is wrong; raised by its settings class, and shown with the table and the file.

    Values of its codes:

    - ``name``: of the setting
    - ``expected``: what it should be, in English; never the value itself
    """

    codes: ClassVar[Mapping[str, Code]] = {"setting": Code(N_("{name}: expected {expected}"))}


REFUSED_FOR_GOOD = frozenset({"recipient-refused", "message-refused"})
"""Codes of `DeliveryError` that end the tries."""


class DeliveryError(HookError):
    """
    A message was not taken by the service that carries messages.

    Its values hold no address: those who log it write down no personal data.

    Values of its codes:

    - ``answer``: number of the service's answer (RFC 5321 and 3463), without its text
    - ``server``: name and port
    """

    codes: ClassVar[Mapping[str, Code]] = {
        "recipient-refused": Code(
            N_(
                "The mail server refuses the recipient's address for good (answer {answer}). Ask the person for "
                "an address that receives mail, and have it changed."
            )
        ),
        "message-refused": Code(
            N_(
                "The mail server refuses this message for good (answer {answer}). Look into the log of the mail "
                "server for the reason."
            )
        ),
        "delivery-deferred": Code(
            N_(
                "The mail server does not take the message now (answer {answer}). It is tried again by itself; "
                "nothing needs to be done."
            )
        ),
        "mail-server-refused": Code(
            N_(
                "The mail server {server} does not let this office send mail (answer {answer}). Check the user, "
                "the password and the sender in [plugin.smtp], and what this server may send there."
            )
        ),
        "mail-server-unreachable": Code(
            N_(
                "The mail server {server} cannot be reached ({reason}). Check its name and port in [plugin.smtp], "
                "and the network."
            )
        ),
        "mail-server-untrusted": Code(
            N_(
                "The mail server {server} did not prove who it is ({reason}), so nothing was sent to it. Check "
                "host, security and ca_file in [plugin.smtp]."
            )
        ),
        "mail-server-lost": Code(
            N_(
                "The mail server {server} broke the connection off before it took the message. It is tried again "
                "by itself; if it stays so, look into the log of the mail server."
            )
        ),
    }

    @property
    def is_final(self) -> bool:
        """True when the same message would be refused again: it is given up at once, and a person is needed."""
        return self.code in REFUSED_FOR_GOOD
