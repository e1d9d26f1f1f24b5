"""One place for settings; what is unknown, unusable or unsafe is refused by name."""

import pytest

from coach.errors import CoachError, PrivacyError, SettingsError
from coach.settings import TRACING, Settings, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith(("COACH_", "LANG"))]:
        monkeypatch.delenv(name)


def test_every_setting_says_what_it_does() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_a_variable_sets_its_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LLM", "none")
    monkeypatch.setenv("COACH_PORT", "8123")
    assert (load_settings().llm, load_settings().port) == ("none", 8123)


def test_an_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_LMM", "none")
    with pytest.raises(SettingsError, match="COACH_LMM"):
        load_settings()


@pytest.mark.parametrize(("name", "value"), [("COACH_PORT", "many"), ("COACH_PORT", "0"), ("COACH_WAIT_TOTAL", "-1"), ("COACH_LOG_LEVEL", "loud")])
def test_an_unusable_value_is_named_but_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert value not in str(caught.value)


@pytest.mark.parametrize("name", TRACING)
def test_tracing_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")
    with pytest.raises(PrivacyError, match=name):
        load_settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(Exception, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


def test_a_key_is_not_shown() -> None:
    assert "hush" not in repr(load_settings(llm_key="hush"))


def test_every_error_has_its_own_exit_code_and_one_root() -> None:
    def below(kind: type[CoachError]) -> list[type[CoachError]]:
        return [kind, *(each for child in kind.__subclasses__() for each in below(child))]

    direct = CoachError.__subclasses__()
    assert len({kind.exit_code for kind in direct}) == len(direct)
    assert all(kind.__module__ == "coach.errors" for kind in below(CoachError))
