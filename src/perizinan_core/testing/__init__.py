"""The kit that plugin authors import: offices, fakes, hypothesis strategies and conformance suites."""
