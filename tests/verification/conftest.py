"""Fixtures: the made-up office of ``tests/vectors/builder.py``, made anew for every run."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str, path: Path) -> ModuleType:
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def signed_files() -> ModuleType:
    """The maker of signed PDFs, good and hostile."""
    return _load("perizinan_signed_files", Path(__file__).with_name("signed_files.py"))


@pytest.fixture(scope="session")
def parts() -> ModuleType:
    """The maker of signature containers."""
    return _load("perizinan_signature_containers", Path(__file__).with_name("signature_containers.py"))


@pytest.fixture(scope="session")
def rsa_world(build):
    """The same with RSA-2048 signers."""
    return build.World.create("rsa-2048")


@pytest.fixture(scope="session")
def permit(world):
    """A good permit."""
    return world.permit()


@pytest.fixture
def judge(build, world):
    """Judge bytes by the world's authority document on a day on which the sample is in force."""
    from perizinan_core.verification import verify_permit

    def run(data, *, authority=None, at=build.CHECKED_AT, **options):
        return verify_permit(data, authority=authority or world.authority, at=at, **options)

    return run


@pytest.fixture
def code_of():
    """The code of the reason that decides: the first of the report."""

    def find(report):
        return report.reasons[0].code if report.reasons else ""

    return find
