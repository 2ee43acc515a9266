"""Who gets which visible mark. Pure; decided at submit, stored on the job."""

from __future__ import annotations

from dataclasses import dataclass

# What the visible label says where the operator's law asks for one. `CN_ARTICLE_9` is the Chinese
# label with the exception of article 9: who accepted the labelling agreement goes without.
LABELS = {
    "NONE": "",
    "CN": "AI生成",
    "CN_ARTICLE_9": "AI生成",
    "EU": "AI-generated",
    "ALL": "AI生成 / AI-generated",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn on the work of one job. `agreement`: the version that lets the brand mark go,
    "" where it stays. `label`: the words of the visible label, "" for none."""

    brand_mark: bool
    label: str
    agreement: str


def needs_brand_mark(
    *, removable: bool, agreed: bool, only_paid_points: bool, parent_marked: bool = False
) -> bool:
    """The brand mark stays unless the plan lets it go, its owner accepted the labelling
    agreement, the job is paid with paid points alone, and it does not go on from marked work
    (product rules, section 8)."""
    return not (removable and agreed and only_paid_points and not parent_marked)


def marks_of(
    *,
    removable: bool,
    agreement: str,
    only_paid_points: bool,
    jurisdiction: str,
    parent_marked: bool = False,
) -> Marks:
    """Both visible marks of a job. `agreement`: the version its owner accepted, "" for none;
    `jurisdiction`: a key of LABELS."""
    marked = needs_brand_mark(
        removable=removable,
        agreed=bool(agreement),
        only_paid_points=only_paid_points,
        parent_marked=parent_marked,
    )
    excepted = jurisdiction == "CN_ARTICLE_9" and not marked
    return Marks(
        brand_mark=marked,
        label="" if excepted else LABELS[jurisdiction],
        agreement="" if marked else agreement,
    )
