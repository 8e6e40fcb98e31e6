"""
Hypothesis strategies for tests of the core and of plugins.

``values`` makes identifiers, money and working calendars: all valid, none of a real person.
Import the module that you need; this package imports none, so that a test pays for its own only.
"""
