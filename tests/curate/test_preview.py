"""The preview reads a script in every form its lines can take."""

from coach.curate.preview import EVERYTHING, NOTHING, heard
from coach.library import corpus
from coach.library.lines import SLOT, forms
from tests.making import CORPUS, made

SAY = "\n".join([
    "- Hello.", "- (overuse) You ran out.", "- (not overuse) You took it as it says.", "- (overuse, not flare) No flare.", "- (overuse, flare) A flare.", "- You miss {valued_activity}.",
    "- [{medicine} helps|It helps]. [You miss {valued_activity}.]", "- With {medicine} you could do {valued_activity}.", "- (overuse) Tell me about {fear}. (softly)",
])  # fmt: skip


def test_first_what_is_said_when_nothing_is_known(taxonomy):
    lines = heard(made(Say=SAY), taxonomy)[0]
    assert lines.name == NOTHING and {"Hello.", "It helps.", "You took it as it says."} <= set(lines.lines)
    assert not [line for line in lines.lines if "ran out" in line or "flare" in line.lower() or "{" in line]


def test_each_slot_is_heard_alone_where_a_line_can_be_said_so_and_with_the_others_where_it_cannot(taxonomy):
    medicine, activity = taxonomy.examples["medicine"], taxonomy.examples["valued_activity"]
    by_name = {form.name: form.lines for form in heard(made(Say=SAY), taxonomy)}
    assert by_name[f"With medicine known ({medicine})"] == (f"{medicine.capitalize()} helps.", f"With {medicine} you could do {activity}.")
    assert by_name[f"With valued activity known ({activity})"][:2] == (f"You miss {activity}.", f"It helps. You miss {activity}.")


def test_each_situation_is_heard_present_and_absent_also_where_lines_exclude_each_other(taxonomy):
    by_name = {form.name: form.lines for form in heard(made(Say=SAY), taxonomy)}
    assert by_name["When present: overuse"] == ("You ran out.", "No flare.", "A flare.", f"Tell me about {taxonomy.examples['fear']}. (softly)")
    assert by_name["When absent: overuse"] == ("You took it as it says.",)
    assert by_name["When absent: flare"] == ("No flare.",)


def test_every_line_of_what_ships_is_heard_in_some_form(taxonomy):
    for script in list(corpus.load(CORPUS).scripts.values())[::6]:
        said = {line.removesuffix(f" ({spoken.note})") for form in heard(script, taxonomy) for line in form.lines for spoken in script.spoken()}
        for line in script.spoken():
            full = {form.text for form in forms(line, taxonomy.examples)}
            assert said & full, (script.id, line.source)
        assert heard(script, taxonomy)[-1].name == EVERYTHING
        assert not any(SLOT.search(line) for line in said)


def test_a_script_not_spoken_to_a_patient_is_not_heard_with_what_is_turned_to_one(taxonomy):
    turned = next(name for name, slot in taxonomy.slots.items() if slot.turned)
    script = made(audience="colleague", Say=f"- Hello.\n- [You have {{{turned}}}|Nothing known].")
    forms_heard = heard(script, taxonomy)
    assert not [form for form in forms_heard if turned.replace("_", " ") in form.name]
    assert "Nothing known." in forms_heard[-1].lines
