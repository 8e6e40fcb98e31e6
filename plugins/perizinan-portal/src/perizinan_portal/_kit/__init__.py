"""
What every page is made of. A page module imports from here and from nothing else of the portal's inside.

`PageRoute` is an entry of the table of addresses, `Visit` is one request with who sent it, `Page`, `Redirect` and
`Download` are answers, `text`, `email`, … declare the fields of a form.
"""

from perizinan_portal._kit._answers import Answer, Download, Page, Redirect
from perizinan_portal._kit._fields import (
    Choice,
    Fault,
    FieldView,
    Form,
    agreed,
    choice,
    day,
    email,
    lines,
    password,
    phone,
    text,
)
from perizinan_portal._kit._routing import Menu, PageRoute, Rate, Who
from perizinan_portal._kit._sentences import Sentence, say
from perizinan_portal._kit._services import Services
from perizinan_portal._kit._visit import Posted, Upload, Visit

__all__ = [
    "Answer",
    "Choice",
    "Download",
    "Fault",
    "FieldView",
    "Form",
    "Menu",
    "Page",
    "PageRoute",
    "Posted",
    "Rate",
    "Redirect",
    "Sentence",
    "Services",
    "Upload",
    "Visit",
    "Who",
    "agreed",
    "choice",
    "day",
    "email",
    "lines",
    "password",
    "phone",
    "say",
    "text",
]
