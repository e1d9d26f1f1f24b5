"""Keys of a front matter are changed as text: what is not named stays byte for byte, what is named reads back as it was given."""

from datetime import date

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coach.curate.head import scalar, set_evidence, set_values
from coach.errors import CurateError
from coach.library.frontmatter import read_head
from coach.library.parse import parse
from tests.making import CORPUS, script_text

SHIPPED = [path.read_text(encoding="utf-8") for path in sorted((CORPUS / "scripts").rglob("*.md"))]
KEYS = ("title", "situations", "use_when", "avoid_when", "asks", "status", "version", "reviewed_by", "review_by", "author", "decision")
# The forms a value may have in a file that a person wrote.
FORMS = {
    "plain": "use_when: You have never done so",
    "single quotes": "use_when: 'You haven''t: never'",
    "quotes over two lines, the second at the margin": 'use_when: "You have\nnever done so"',
    "folded": "use_when: >-\n  You have\n  never done so",
    "folded, a blank line inside": "use_when: >\n  You have\n\n  never done so",
    "literal that looks like a key and a comment": "use_when: |\n  status: reviewed\n  # no comment",
    "plain over two lines": "use_when: You have\n  never done so",
    "list in one line": "use_when: [one, two]",
    "list over lines, closed at the margin": "use_when: [\none,\ntwo\n]",
    "list, a comment at the margin between its items": "use_when:\n  - one\n# about two\n  - two",
    "list at the margin": "use_when:\n- one\n- two # with a word",
    "list of mappings, the last one folded": "use_when:\n  - claim: one\n    source: a\n  - claim: >-\n      two\n      lines\n    source: >-\n      b",
    "empty": "use_when:",
    "empty, with a comment": "use_when:   # say it in one sentence",
    "list in the next line": "use_when:\n  [one, two]",
    "quoted key": '"use_when": never',
}
AROUND = "---\n# A word before\ntitle: 'A: title'  # the title\n{value}\n\n# about the status\nstatus: draft   # draft → in_review\nlicense: CC-BY-4.0\n---\n## Say\n- status: reviewed\n"

one_value = st.one_of(st.none(), st.integers(0, 10**8), st.dates(), st.text(), st.lists(st.text(), max_size=4))


def plain(value):
    """A value as YAML gives it back: white space is one space, an empty list is a list."""
    if isinstance(value, list):
        return [" ".join(item.split()) for item in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@settings(max_examples=400, deadline=None)
@given(text=st.sampled_from(SHIPPED), values=st.dictionaries(st.sampled_from(KEYS), one_value, min_size=1))
@example(text=SHIPPED[0], values={"title": "yes", "asks": ["null", "a: b", "# c", "- d", "'", '"', "\\", "é\u200b", "~", "1e3", "2027-01-01", ""]})
@example(text=SHIPPED[0], values={"title": "\ufeff\x00\x07\x85\u2028\ufffe\U0001f600"})
def test_what_is_set_reads_back_and_all_else_stays_byte_for_byte(text, values):
    changed = set_values(text, values)
    head, body = changed.removeprefix("---\n").split("\n---\n", 1)
    assert body == text.split("\n---\n", 1)[1]
    before, after = yaml.safe_load(text.split("---\n")[1]), yaml.safe_load(head)
    assert after == before | {key: plain(value) for key, value in values.items()}
    # Take out of both what belongs to the keys that were set: the rest is the same lines in the same order.
    left = [line for key, line in _by_key(text) if key not in values]
    assert left == [line for key, line in _by_key(changed) if key not in values]


def _by_key(text):
    """Each line of a shipped front matter with the key it belongs to (none holds comments or keys in quotes)."""
    key = ""
    for line in text.split("\n---\n", 1)[0].split("\n")[1:]:
        if line[:1].isalpha():
            key = line.partition(":")[0]
        yield key, line


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("value", ["A new: one", ["first", "second: with a colon"], None], ids=["text", "list", "nothing"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_a_value_of_any_form_is_replaced_whole_and_its_neighbors_stay(form, value, end):
    text = AROUND.format(value=FORMS[form]).replace("\n", end)
    changed = set_values(text, {"use_when": value})
    before, after = text.split(FORMS[form].replace("\n", end))
    assert changed.startswith(before) and changed.endswith(after)
    assert yaml.safe_load(changed.split("---")[1]) == yaml.safe_load(text.split("---")[1]) | {"use_when": value}
    assert end == "\n" or "\n" not in changed.replace("\r\n", "")


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_key_behind_a_value_of_any_form_is_found(form):
    changed = set_values(AROUND.format(value=FORMS[form]), {"status": "in_review", "version": 4, "title": "B"})
    assert changed == AROUND.format(value=FORMS[form]).replace("status: draft ", "status: in_review ").replace("'A: title'", "B").replace("CC-BY-4.0\n", "CC-BY-4.0\nversion: 4\n")


def test_the_comment_behind_a_value_stays():
    assert "status: in_review   # draft → in_review\n" in set_values(AROUND.format(value="use_when: x"), {"status": "in_review"})
    assert "use_when: [a, b]   # say it\n" in set_values(AROUND.format(value="use_when:   # say it"), {"use_when": ["a", "b"]})
    listed = set_values(AROUND.format(value="use_when: []   # say it"), {"use_when": ["a: 1", "b"]})
    assert 'use_when:   # say it\n  - "a: 1"\n  - b\n' in listed and "use_when: x   # say it\n\n# about" in set_values(listed, {"use_when": "x"})
    assert 'title: "#1"\n' in set_values('---\ntitle: "a # b"\n---\n', {"title": "#1"})


def test_evidence_is_set_with_its_sources_and_line_ends():
    rows = [("A claim: with a colon", "cdc-2022"), ('Another "one"', "x")]
    for end in ("\n", "\r\n"):
        text = script_text(title="x\n# evidence: [placeholder]").replace("\n", end)
        changed = set_evidence(text, rows)
        found = yaml.safe_load(changed.split("---")[1])
        assert found["evidence"] == [{"claim": claim, "source": source} for claim, source in rows]
        assert yaml.safe_load(set_evidence(changed, []).split("---")[1])["evidence"] == []
        assert changed.count("\n") == changed.count(end)


def test_a_byte_order_mark_stays_where_it_was():
    assert set_values("\ufeff---\ntitle: a\n---\nx", {"title": "b"}) == "\ufeff---\ntitle: b\n---\nx"


@pytest.mark.parametrize(
    "text",
    [
        "no front matter", "", "---\ntitle: a\n", "---\ntitle: [a\n---\n", '---\ntitle: "a\n---\n', "---\n{title: a, status: draft}\n---\n", "---\n  title: a\n---\n", "---\n? title\n: a\n---\n", "---\n- a\n---\n",
        "---\ntitle: &x a\nuse_when: *x\n---\n", "---\n" + "[" * 50_000 + "\n---\n", "---\na: \x00\n---\n",
    ],
)  # fmt: skip
def test_a_front_matter_that_cannot_be_read_is_left_alone_and_that_is_said(text):
    with pytest.raises(CurateError) as raised:
        set_values(text, {"status": "reviewed"})
    assert len(str(raised.value)) < 300


def test_an_empty_front_matter_takes_its_first_key():
    assert set_values("---\n# nothing yet\n---\n", {"title": "a"}) == "---\n# nothing yet\ntitle: a\n---\n"


@settings(max_examples=300, deadline=None)
@given(st.text(), st.text())
def test_no_text_breaks_it_with_anything_but_its_own_error(head, body):
    text = f"---\n{head}\n---\n{body}"
    try:
        changed = set_values(text, {"status": "draft", "author": "Ada Example"})
    except CurateError:
        return
    found, _ = read_head(changed, "")
    assert found.values.get("author") == "Ada Example" and changed.endswith(text.split("\n---\n", 1)[1])


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_a_scalar_is_one_line_and_reads_back(text):
    written = scalar(text)
    assert len(written.splitlines()) == 1
    assert yaml.safe_load(f"key: {written}")["key"] == plain(text)


@pytest.mark.parametrize("name", ["Ada\u200bExample", "Ada\x07Example", "Ada\ud800", "\ufeffAda"])
def test_an_author_that_no_file_may_hold_is_a_problem_with_its_line(name):
    _, problems = parse(set_values(script_text(), {"author": name}), "corpus/scripts/tapering/first-mention.md")
    assert problems and all(problem.line > 20 for problem in problems)


def test_a_date_reads_back_as_one():
    assert read_head(set_values(SHIPPED[0], {"review_by": date(2027, 11, 30)}), "")[0].values["review_by"] == date(2027, 11, 30)
