"""``python -m perizinan_core.cli``."""

from perizinan_core.cli.app import main

main()
