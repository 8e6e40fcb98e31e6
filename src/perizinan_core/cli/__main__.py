"""``python -m perizinan_core.cli``."""

from perizinan_core.cli._app import main

main()
