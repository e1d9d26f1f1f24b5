"""What the steps of an answer work with: the library, the search state and the word lists, loaded once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coach.advise.advice import Needs, Situation
from coach.library.corpus import Library
from coach.library.script import Script
from coach.library.taxonomy import Taxonomy

if TYPE_CHECKING:
    from coach.library.search import Found, Search


@dataclass(frozen=True)
class Toolbox:
    """Read-only: when a script is saved, `coach.live.Live` makes another with the new library and search."""

    library: Library
    search: "Search"
    lexicon: Any
    guidance: Any
    local: Any
    situations: Callable[[str], list[Situation]]
    needs: Callable[[str, list[Situation], Sequence[Script]], Needs]
    within_budget: Callable[[Sequence[str]], tuple[str, ...]]

    @property
    def taxonomy(self) -> Taxonomy:
        return self.library.taxonomy

    def fitting(self, found: "Found") -> list[Script]:
        """The scripts that were found, best first; none where nothing fits."""
        return [self.library.scripts[hit.script_id] for hit in found.hits] if found.fits else []

    def words_of(self, script_id: str) -> list[str]:
        """The fixed words of a safety script, for an alert."""
        return fixed_words(self.library, script_id)


def fixed_words(library: Library, script_id: str) -> list[str]:
    """A safety script's one thing and its first lines that always apply and hold no slot and no note (an alert shows neither). Empty when there is no such script."""
    script = library.scripts.get(script_id)
    if script is None:
        return []
    fixed = [line.source for line in script.say if not line.conditions and not line.slots and not line.note]
    return list(dict.fromkeys([script.one_thing.source, *fixed[:3]]))
