"""What kinds of events are called."""

from __future__ import annotations

import pytest

from perizinan_core.model._events import EventKind
from perizinan_core.services._event_words import named_event


@pytest.mark.parametrize("kind", EventKind)
def test_every_kind_of_event_has_words_in_both_languages(kind):
    """No code is shown to those who search what was done."""
    name = named_event(kind).name

    assert kind.value not in {name.id, name.en}
    assert name.id != name.en
