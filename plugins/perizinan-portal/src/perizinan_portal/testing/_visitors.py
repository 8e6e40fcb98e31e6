"""A visitor without a browser: follows links and sends forms as they stand in the page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Self

import attrs
import httpx
from starlette.types import ASGIApp

__all__ = ["PageForm", "Seen", "Visitor"]

HOST = "https://izin.contoh.example"
_VOID = frozenset({"input", "br", "hr", "img", "meta", "link", "path", "wbr", "circle", "rect", "line"})
_UNSEEN = frozenset({"script", "style", "title"})


@attrs.define
class PageForm:
    """A form of a page, with what it would send."""

    page: Seen = attrs.field(repr=False)
    action: str
    method: str = "get"
    values: dict[str, Any] = attrs.field(factory=dict)
    controls: set[str] = attrs.field(factory=set)
    """Names of what can be filled in."""

    files: dict[str, tuple[str, bytes, str]] = attrs.field(factory=dict)
    button: str = ""
    id: str = ""

    def fill(self, **values: str) -> Self:
        """Fill fields in by name; a dot in a name is written as two underscores."""
        for name, value in values.items():
            field = name.replace("__", ".")
            assert field in self.controls, f"no field {field!r}, only {sorted(self.controls)}"
            self.values[field] = value
        return self

    def attach(
        self, field: str, name: str, content: bytes, media_type: str = "application/octet-stream"
    ) -> Self:
        """Choose a file."""
        assert field in self.controls, f"no field {field!r}, only {sorted(self.controls)}"
        self.files[field] = (name, content, media_type)
        return self

    def send(self) -> Seen:
        """Press the button."""
        return self.page.visitor.send(self)


@attrs.define
class Seen:
    """A page as it was seen."""

    visitor: Visitor = attrs.field(repr=False)
    status: int
    url: str
    html: str = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(repr=False)
    content: bytes = attrs.field(repr=False)
    forms: list[PageForm] = attrs.field(factory=list, repr=False)
    links: dict[str, str] = attrs.field(factory=dict, repr=False)
    """Addresses by the text of the link."""

    text: str = ""
    errors: list[str] = attrs.field(factory=list)
    """What the list of errors on top says."""

    def form(self, part: str = "") -> PageForm:
        """Return the form whose id is ``part``, or whose address or button contains it; by default the first one."""
        shown = [one for one in self.forms if not one.action.endswith("/keluar")]
        named = [one for one in shown if part and part == one.id]
        found = named or [one for one in shown if part in one.action or (part and part in one.button)]
        assert found, f"no form {part!r} among {[(one.action, one.button) for one in self.forms]}"
        return found[0]

    def click(self, text: str) -> Seen:
        """Follow the link with this text."""
        found = [address for label, address in self.links.items() if text in label]
        assert found, f"no link {text!r} among {sorted(self.links)}"
        return self.visitor.open(found[0])


@attrs.define
class Visitor:
    """Someone with a browser that keeps cookies and runs no script."""

    app: ASGIApp
    language: str = "en"
    cookies: httpx.Cookies = attrs.field(factory=httpx.Cookies, init=False, repr=False)

    def open(self, address: str) -> Seen:
        """Open an address, following redirects."""
        return self._seen(self.request("GET", address))

    def send(self, form: PageForm) -> Seen:
        """Send a form."""
        if form.method == "get":
            return self._seen(self.request("GET", form.action, params=form.values))
        if form.files:
            return self._seen(self.request("POST", form.action, data=form.values, files=form.files))
        return self._seen(self.request("POST", form.action, data=form.values))

    def request(self, method: str, address: str, *, follow: bool = True, **options: Any) -> httpx.Response:
        """Send any request with the cookies that are there; tests of headers and of hostile requests use it."""
        headers = {"accept-language": self.language, "sec-fetch-site": "same-origin"}
        headers |= options.pop("headers", {})

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(
                transport=transport, base_url=HOST, headers=headers, cookies=self.cookies
            ) as client:
                answer = await client.request(method, address, follow_redirects=follow, **options)
                self.cookies = client.cookies
                return answer

        return asyncio.run(run())

    def _seen(self, response: Any) -> Seen:
        url = response.url.raw_path.decode()
        kind = response.headers.get("content-type", "")
        html = response.text if kind.startswith("text/html") else ""
        page = Seen(self, response.status_code, url, html, response.headers, response.content)
        _Reader(page).feed(html)
        page.text = " ".join(page.text.split())
        return page


class _Reader(HTMLParser):
    """Finds forms, links, errors and the text of a page."""

    def __init__(self, page: Seen) -> None:
        super().__init__()
        self._page = page
        self._form: PageForm | None = None
        self._open: list[tuple[str, dict[str, str]]] = []
        self._link: tuple[str, list[str]] | None = None
        self._error: list[str] | None = None
        self._before: dict[str, dict[str, str]] = {}
        self._select = self._area = self._pressed = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag not in _VOID:
            self._open.append((tag, given))
        if tag == "form":
            action = given.get("action") or self._page.url
            self._form = PageForm(self._page, action, given.get("method", "get"), id=given.get("id", ""))
            self._form.values |= self._before.get(self._form.id, {})
            self._page.forms.append(self._form)
        elif tag == "button" and "form" in given:
            # Of several buttons the first is the one that is pressed by default, wherever it stands.
            self._before.setdefault(given["form"], {given.get("name", ""): given.get("value", "")})
        elif tag == "a" and "href" in given:
            self._link = (given["href"], [])
        elif tag == "li" and any(attributes.get("id") == "errors" for _, attributes in self._open):
            self._error = []
        elif self._form is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, form = given.get("name", ""), self._form
        if tag == "option":
            if "selected" in given:
                form.values[self._select] = given.get("value", "")
            return
        if tag == "button":
            self._pressed = name
            if name and name not in form.values:
                form.values[name] = given.get("value", "")
        if not name:
            return
        if tag == "input" and given.get("type") in ("checkbox", "radio"):
            form.controls.add(name)
            if "checked" in given:
                form.values[name] = given.get("value", "on")
        elif tag == "input":
            if given.get("type") != "hidden":
                form.controls.add(name)
            if given.get("type") != "file":
                form.values[name] = given.get("value", "")
        elif tag == "select":
            form.controls.add(name)
            form.values.setdefault(name, "")
            self._select = name
        elif tag == "textarea":
            form.controls.add(name)
            form.values[name], self._area = "", name

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "a" and self._link is not None:
            address, words = self._link
            self._page.links[" ".join(" ".join(words).split())] = address
            self._link = None
        elif tag == "li" and self._error is not None:
            self._page.errors.append(" ".join("".join(self._error).split()))
            self._error = None

    def handle_data(self, data: str) -> None:
        inside = self._open[-1][0] if self._open else ""
        if inside in _UNSEEN:
            return
        if self._area and self._form is not None:
            self._form.values[self._area] += data
            return
        if inside == "button" and self._form is not None:
            self._form.button += data.strip()
        if self._link is not None:
            self._link[1].append(data)
        if self._error is not None:
            self._error.append(data)
        self._page.text += f" {data}"
