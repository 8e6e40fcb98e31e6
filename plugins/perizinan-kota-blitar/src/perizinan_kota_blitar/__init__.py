"""Kota Blitar for perizinan-core: its offices, permit types, numbers and calendar, as data."""

from perizinan_kota_blitar._plugin import KotaBlitarSettings

__all__ = ["KotaBlitarSettings"]
