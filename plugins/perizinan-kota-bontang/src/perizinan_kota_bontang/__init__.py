"""Kota Bontang as it was in 2013 and 2014: an example authority for perizinan-core, as data."""

__all__: list[str] = []
