"""Kota Blitar for perizinan-core: its offices, permit types, numbers and calendar, as data."""
