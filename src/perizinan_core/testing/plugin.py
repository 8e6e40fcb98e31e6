"""The pytest plugin of the kit: loaded by pytest itself, imports the library only when a fixture is used."""
