"""Put a scene together from the settings: the patient, the scripts that may help, the rater. Loads no chat model and no index."""

import secrets

from coach.errors import LibraryError
from coach.library import corpus
from coach.library.corpus import Library
from coach.library.taxonomy import read_yaml
from coach.practice.moves import Rater
from coach.practice.patient_check import patients
from coach.practice.rating import SafeRater
from coach.practice.scene import Scene
from coach.practice.voice import Voice
from coach.settings import Settings


def open_scene(settings: Settings, patient_id: str, seed: int | None = None, voice: Voice | None = None, library: Library | None = None, rater: Rater | None = None) -> Scene:
    """A scene with this patient. Without a seed every scene is another one. Raises LibraryError when no patient has this id."""
    known = library or corpus.load(settings.corpus)
    patient = patients(settings.corpus / "patients", known.taxonomy, known.scripts).playable.get(patient_id)
    if patient is None:
        raise LibraryError("No patient that can be played has this id. `coach practice list` shows them, `coach practice check` says what is wrong with others.")
    return Scene(patient, known.scripts, rater or trained(settings), secrets.randbelow(2**31) if seed is None else seed, voice, read_yaml(settings.corpus / "local.yaml")[0])


def trained(settings: Settings) -> Rater:
    """The trained rater, with rules to stand in."""
    try:
        from coach.practice.coding import Coder

        return SafeRater(Coder(settings))
    except ImportError:
        return SafeRater(None)
