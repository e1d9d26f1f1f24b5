"""Lines chosen by what is known, slots filled, nothing else."""

from coach.advise.adapt import A_GLANCE, _fitted, adapt, adapt_line, shorten, values_for
from coach.advise.advice import Fact
from coach.advise.facts import from_rules, load_lexicon
from coach.library import corpus
from coach.library.lines import parse_line
from coach.library.search import Hit
from coach.library.taxonomy import load_taxonomy
from coach.settings import ROOT

TAXONOMY = load_taxonomy(ROOT / "corpus")


def line(text: str):
    parsed, problems = parse_line(text)
    assert problems == []
    return parsed


def anything(_: str) -> bool:
    return True


def test_a_known_slot_is_filled_and_marked() -> None:
    spoken = adapt_line(line("You miss {valued_activity}."), {"valued_activity": "gardening"}, anything)
    assert spoken
    assert (spoken.text, spoken.how, spoken.fills) == ("You miss gardening.", "filled", [(9, 18, "valued_activity")])
    assert spoken.source == "You miss {valued_activity}."


def test_a_line_that_lives_from_an_unknown_slot_is_left_out() -> None:
    assert adapt_line(line("You miss {valued_activity}."), {}, anything) is None


def test_a_filled_line_that_crosses_a_red_line_falls_back_to_what_the_library_says() -> None:
    spoken = adapt_line(line("[You said {patient_words}.|What did you say?]"), {"patient_words": "evil"}, lambda text: "evil" not in text)
    assert spoken
    assert (spoken.text, spoken.how) == ("What did you say?", "verbatim")


def test_a_line_that_crosses_a_red_line_in_every_form_is_left_out() -> None:
    assert adapt_line(line("Stop it all today."), {}, lambda text: False) is None


def test_what_is_turned_to_the_patient_stays_out_of_words_to_a_colleague() -> None:
    facts = {"person": Fact(value="your wife", span="his wife"), "medicine": Fact(value="oxycodone", span="oxycodone")}

    class ToColleague:
        audience = "colleague"

    class ToPatient:
        audience = "patient"

    assert values_for(ToColleague, facts, TAXONOMY) == {"medicine": "oxycodone"}
    assert set(values_for(ToPatient, facts, TAXONOMY)) == {"person", "medicine"}


def test_a_long_script_keeps_danger_and_this_patient_in_the_lines_to_read_first() -> None:
    lines = [line(f"Plain line number {word}.") for word in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen"]]
    lines += [line("Have you thought of killing yourself?"), line("You miss {valued_activity}."), line("(sleep) How was the night?"), line("Come back soon.")]
    fitted = [(each, adapt_line(each, {"valued_activity": "gardening"}, anything)) for each in lines]
    short = shorten(fitted)
    core = [spoken.text for spoken in short if spoken.core]
    assert [spoken.text for spoken in short] == [spoken.text for _, spoken in fitted]  # nothing dropped, nothing moved
    assert len(core) == A_GLANCE
    assert {"Have you thought of killing yourself?", "You miss gardening.", "How was the night?", "Come back soon.", "Plain line number one."} <= set(core)


def test_one_fact_is_brought_up_twice_at_most_and_the_lines_after_it_read_as_without_it() -> None:
    lines = [line(f"{word} hurts[ in your {{body_part}}].") for word in ("One", "Two", "Three")]
    fitted = _fitted(lines, lambda each, worn=(): adapt_line(each, {} if "body_part" in worn else {"body_part": "knees"}, anything))
    assert [shown.text for _, shown in fitted] == ["One hurts in your knees.", "Two hurts in your knees.", "Three hurts."]


def test_work_that_is_over_is_not_spoken_of_as_if_it_went_on() -> None:
    library = corpus.load(ROOT / "corpus")
    script = library.scripts["function_values_goals/keeping-the-job"]

    def said(scenario: str) -> str:
        facts = from_rules(scenario, load_lexicon(ROOT / "corpus"))
        assert facts["job"].value == "a roofer"
        card = adapt(script, Hit(script.id, 1.0, "", 1.0, 0.0), set(), facts, TAXONOMY, library.sources, anything)
        return " ".join(each.text for each in card.lines)

    assert "being a roofer now" in said("He works as a roofer, oxycodone for his back")
    retired = said("Retired roofer, oxycodone for his back")
    assert "being a roofer" not in retired
    assert "worked as a roofer" in retired
