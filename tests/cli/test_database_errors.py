"""A database that cannot be used is one sentence with place and cause; what the driver said needs --debug."""

import pytest
from sqlalchemy import make_url

from perizinan_core.storage._sql._connecting import place_of_database, unreachable

COMMANDS = (
    ("cases", "list"),
    ("officers", "list"),
    ("keys", "list"),
    ("outbox", "list"),
    ("worker", "--once"),
    ("records", "check"),
    ("doctor", "--quick"),
)


def wrong(kind, request):
    """Return a wrong address, and what the sentence must name: place and cause."""
    if kind == "file":
        return "sqlite:///data/salah/x.db", ("salah/x.db", "perizinan migrate")
    if kind == "port":
        return "postgresql+psycopg://petugas:geheim@127.0.0.1:9/izin", (
            "127.0.0.1:9/izin",
            "no database server answers there",
        )
    if kind == "host":
        return "postgresql+psycopg://petugas:geheim@tidak-ada.invalid/izin", (
            "tidak-ada.invalid:5432/izin",
            "the name of the host is not known",
        )
    good = make_url(request.getfixturevalue("postgres_server").create_database())
    if kind == "database":
        bad, cause = good.set(database="tidak_ada"), "there is no database of this name"
    else:
        bad, cause = (
            good.set(username="tidak_ada", password="geheim"),
            "the user name or the password is wrong",
        )
    return bad.render_as_string(hide_password=False), (place_of_database(bad), cause)


@pytest.mark.parametrize("kind", ["file", "port", "host", "database", "user"])
def test_a_wrong_database_is_one_sentence_with_place_and_cause_for_every_command(new_folder, request, kind):
    """No secret, no traceback; nothing is made where a path was mistyped."""
    made = new_folder("office")
    url, named = wrong(kind, request)
    made.write_settings(url)
    for words in COMMANDS:
        told = made.run(*words, code=1)
        assert all(part in told for part in named), (words, told)
        assert "Traceback" not in told
        assert "geheim" not in told
    debugged = made.run("--debug", "cases", "list", code=1)

    assert "Traceback" in debugged
    assert "geheim" not in debugged
    assert not (made.folder / "data").exists()


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('connection failed: FATAL:  password authentication failed for user "a"', "password is wrong"),
        ("connection failed: fe_sendauth: no password supplied", "password is wrong"),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "a", no encryption', "from this machine"),
        ("connection timeout expired", "did not answer in time"),
        ("server does not support SSL, but SSL was required", "encryption (SSL)"),
        ("FATAL:  sorry, too many clients already", "no free connection"),
        ("FATAL:  the database system is starting up", "starting or shutting down"),
        ("No route to host", "over the network"),
        ("unable to open database file", "its folder is missing"),
        ("kesalahan dengan geheim di dalamnya", "Problem"),
    ],
)
def test_what_a_driver_says_becomes_a_cause_in_words(text, cause):
    """What is not known is named by its class alone; user and password never are."""

    class Problem(Exception):  # noqa: N818 - a driver's
        """Of a driver."""

    error = unreachable(make_url("postgresql+psycopg://petugas:geheim@db.example:6000/izin"), Problem(text))

    assert cause in error.message("en")
    assert "db.example:6000/izin" in error.message("id")
    assert not {"petugas", "geheim"} & set(error.message("en").replace(":", " ").replace("@", " ").split())


def test_an_officer_id_of_another_form_is_a_usage_error(new_folder, url_of):
    """One sentence that says what a code is."""
    made = new_folder("office")
    made.write_settings(url_of("sqlite"))
    made.run("migrate")
    told = made.run("officers", "add", "Budi", "--name", "Budi", "--role", "auditor", code=2)

    assert "'Budi' is not a code of lower-case letters" in told
    assert "Traceback" not in told
