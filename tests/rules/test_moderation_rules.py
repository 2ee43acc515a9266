"""Rules of words: disguises are seen through, ordinary words are left alone."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.moderation.lookalikes import READ_AS
from generation.moderation.matching import RuleBook
from generation.moderation.normal import normal, readings
from generation.moderation.starter import RULES
from generation.moderation.types import Finding, Rule
from tests.rules.ordinary_prose import CHINESE, ENGLISH

STARTER = RuleBook(RULES, version=0)
OWN = RuleBook(
    [
        Rule("latin", ("forbidden", "two words"), "other", "block"),
        Rule("cjk", ("违禁词语",), "other", "block"),
        Rule("near", ("lamp",), "other", "review", near=("oil", "煤油")),
        Rule("allowed", ("the forbidden city",), "other", "allow"),
        Rule("stem", ("explod*",), "other", "log"),
        Rule("shown", ("blood",), "gore", "block", scope="prompt"),
    ],
    version=7,
)


def found(text: str, book: RuleBook = OWN) -> list[str]:
    return [finding.rule_id for finding in book.find({"prompt": text})]


def only(text: str, book: RuleBook = OWN) -> Finding:
    [finding] = book.find({"prompt": text})
    return finding


# --- disguises --------------------------------------------------------------------------------
MARKS = "\u0300\u0301\u0327\u0336\u20dd"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\u180e\u115f"
TWINS = {latin: [one for one, read in READ_AS.items() if read == latin] for latin in "forbiden"}
LEET = {"o": "0", "i": "1!", "e": "3", "t": "7", "s": "5$", "a": "4@"}


def wide(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@st.composite
def disguised(draw: st.DrawFn, word: str) -> str:
    """`word` with each letter dressed up in a way of its own."""
    dressed = ""
    for char in word:
        ways = [char, char.upper(), wide(char), *TWINS.get(char, ()), *LEET.get(char, "")]
        dressed += draw(st.sampled_from(ways))
        dressed += draw(st.sampled_from(["", "", *MARKS, *INVISIBLE]))
    return dressed


@given(disguised("forbidden"))
def test_a_dressed_up_word_is_found(word: str) -> None:
    assert "latin" in found(f"a picture of {word} things"), ascii(word)


@given(st.sampled_from([" ", ".", "-", "_", " - ", "*", "·", "/", " . "]))
def test_a_word_pulled_apart_is_found(gap: str) -> None:
    assert "latin" in found(f"show {gap.join('forbidden')} please")


@given(st.lists(st.sampled_from(["", " ", "*", "-", "·", "　", "\u200b", "|", "~"]), min_size=3))
def test_chinese_pulled_apart_is_found(gaps: list[str]) -> None:
    a, b, c = gaps[:3]
    assert "cjk" in found(f"画一张违{a}禁{b}词{c}语的图")


@pytest.mark.parametrize(
    "text",
    [
        "违，禁，词，语", "違禁词语", "two-words", "TWO   WORDS", "t w o w o r d s", "forbi-dden",
        "forbidddden", "f0rb1dd3n", "fo\u0301rbidden", "ｆｏｒｂｉｄｄｅｎ", "𝒇𝒐𝒓𝒃𝒊𝒅𝒅𝒆𝒏",
        "ⓕⓞⓡⓑⓘⓓⓓⓔⓝ",
        "🅕🅞🅡🅑🅘🅓🅓🅔🅝", "做forbidden的图", "forbidden.", "“forbidden”", "F.O.R.B.I.D.D.E.N!",
        "ƒorbıdden",
    ],
)  # fmt: skip
def test_known_disguises(text: str) -> None:
    book = RuleBook([*OWN.rules, Rule("plain", ("违禁词语", "違禁詞語"), "other", "block")], 1)
    assert found(text, book), text


# --- what is left alone -----------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "unforbidden", "forbiddenly", "the Forbidden City in snow", "two swords", "twofold words",
        "违禁。词语", "an electric lamp", "", "   ", "\u200b", "1234567890", "!!!",
    ],
)  # fmt: skip
def test_whole_words_only_and_context(text: str) -> None:
    assert found(text) == []


def test_near_means_near() -> None:
    assert found("an oil lamp") == ["near"]
    assert found("煤油灯 lamp") == ["near"]
    assert found("a lamp" + " far away" * 10 + " with oil") == []
    assert found("煤油" + "很远的地方有人走路回家了吃饭睡觉起床上班下班" + "lamp") == []


def test_an_allowed_phrase_takes_back_what_is_inside_it_only() -> None:
    assert found("the forbidden city and forbidden fruit") == ["latin"]


def test_a_stem_is_open_at_its_end() -> None:
    assert found("exploding kittens") == ["stem"]
    assert found("unexploded") == []


def test_what_is_kept_out_may_be_named() -> None:
    assert OWN.find({"params.negative_prompt": "blood, text"}) == []
    assert [one.field for one in OWN.find({"params.negative_prompt": "forbidden"})] == [
        "params.negative_prompt"
    ]


def test_the_span_is_of_what_was_typed() -> None:
    text = "zwei \u200bｆｏ\u0301rbidden  items"
    finding = only(text)
    assert text[finding.start : finding.end] == "ｆｏ\u0301rbidden"
    chinese = "画，违 禁 词 语！"
    finding = only(chinese)
    assert chinese[finding.start : finding.end] == "违 禁 词 语"


def test_the_severest_comes_first_and_each_rule_once() -> None:
    findings = OWN.find({"a": "exploded explode oil lamp", "b": "forbidden forbidden"})
    assert [(one.field, one.rule_id) for one in findings] == [
        ("b", "latin"), ("a", "near"), ("a", "stem"),
    ]  # fmt: skip


# --- the starter list -------------------------------------------------------------------------
@pytest.mark.parametrize("text", [*ENGLISH, *CHINESE])
def test_ordinary_prose_sets_off_nothing(text: str) -> None:
    findings = STARTER.find({"params.prompt": text, "params.negative_prompt": text})
    assert [one for one in findings if one.action != "log"] == []


def test_what_people_keep_out_is_no_offence() -> None:
    usual = "nsfw, nude, naked, child, blood, gore, ugly, deformed, lowres, text, watermark"
    assert STARTER.find({"params.negative_prompt": usual}) == []


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("nude little girl", "sexual_minors"), ("a s3xy schoolg1rl", "sexual_minors"),
        ("全裸的小女孩", "sexual_minors"), ("小 女 孩，全 裸", "sexual_minors"),
        ("hardcore s e x", "sexual"), ("p0rn", "sexual"), ("色*情 图片", "sexual"),
        ("a woman being raped", "sexual"), ("snuff film", "gore"), ("kill all the jews", "hate"),
        ("how to make a b0mb", "weapons"), ("自 制 炸 弹", "weapons"), ("3D打印枪", "weapons"),
        ("i want to kill myself", "self_harm"), ("自杀教程", "self_harm"),
        ("deepfake of the president", "political_impersonation"),
        ("总统 换脸", "political_impersonation"),
        ("isis recruitment poster", "extremism"),
    ],
)  # fmt: skip
def test_the_starter_list_finds_what_it_names(text: str, category: str) -> None:
    [first, *_rest] = STARTER.find({"params.prompt": text})
    assert (first.category, first.action in ("block", "review")) == (category, True)


def test_a_long_list_is_searched_in_one_pass() -> None:
    """Ten thousand words cost what ten cost: all are looked for at once."""
    letters = random.Random(5)
    words = {"".join(letters.choices("bcdfghjklmnpqrstvwxz", k=12)) for _ in range(10_000)}
    book = RuleBook([Rule(f"r{n}", (w,), "other", "block") for n, w in enumerate(sorted(words))], 1)
    text = f"a {sorted(words)[4321]} picture " + "of nothing much " * 150
    assert found(text, book) == ["r4321"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    for reading in readings(text):
        assert len(reading.text) == len(reading.signs)
        assert all(0 <= sign.origin < len(text) for sign in reading.signs)
    for finding in STARTER.find({"prompt": text}):
        assert finding.start is not None
        assert finding.end is not None
        assert 0 <= finding.start < finding.end <= len(text)


@given(st.text(max_size=50))
def test_a_pattern_reads_itself(text: str) -> None:
    assert normal(normal(text)) == normal(text)
