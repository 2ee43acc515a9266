"""The model card tells the measured figures, whatever they are, and every word the model knows."""

from generation.demo_model.card import card
from generation.demo_model.checker import Tally
from generation.demo_model.words import CAMERA, COLOURS, MOTIONS, PLACES, SHAPES


def test_the_card_tells_what_was_measured() -> None:
    scores = {"stills": {"shape": Tally(37, 80)}, "clips": {"camera": Tally(0, 60)}}
    told = card(1300, 9_834_000, scores)
    assert "9.8 MB of weights" in told
    assert "1300 steps" in told
    assert "| stills | shape of the thing | 37 of 80 | 46 % |" in told
    assert "| clips | camera axis and sign (12 moves) | 0 of 60 | 0 % |" in told
    assert "Not measured" not in told


def test_the_card_tells_every_word_and_that_it_is_a_demonstration() -> None:
    told = card(1, 1, {})
    assert told.startswith("# Demonstration model")
    for words in (*SHAPES, *COLOURS, *PLACES, *MOTIONS, *CAMERA):
        assert words in told
