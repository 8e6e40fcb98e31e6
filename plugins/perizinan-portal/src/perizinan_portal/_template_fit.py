"""Templates of the office that take the place of the portal's: those that no longer fit are named at start."""

from __future__ import annotations

from pathlib import Path

import jinja2
from jinja2 import meta

from perizinan_portal._errors import PortalError
from perizinan_portal._kit._rendering import NAMES

__all__ = ["require_fit"]


def require_fit(folder: Path, templates: jinja2.Environment) -> None:
    """
    Pass when every template in a folder has the name of one of the portal's, can be read, and asks for nothing else.

    Raises:
        PortalError: ``template-unfit``: names each, with what is wrong.
    """
    if not isinstance(templates.loader, jinja2.ChoiceLoader):
        raise TypeError("expected the templates of a portal")
    ours = templates.overlay(loader=templates.loader.loaders[-1])
    problems = []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        try:
            asked = _asked(templates, path.read_text(encoding="utf-8"))
            known = _asked(ours, _source(ours, name))
        except jinja2.TemplateNotFound:
            problems.append(f"{name}: -")
        except jinja2.TemplateSyntaxError as error:
            problems.append(f"{name}:{error.lineno}")
        else:
            problems += [f"{name}: {missing}" for missing in sorted(asked - known - NAMES)]
    if problems:
        raise PortalError("template-unfit", templates=tuple(problems))


def _source(templates: jinja2.Environment, name: str) -> str:
    assert templates.loader is not None  # noqa: S101 - made with one
    return templates.loader.get_source(templates, name)[0]


def _asked(templates: jinja2.Environment, source: str) -> set[str]:
    return meta.find_undeclared_variables(templates.parse(source))
