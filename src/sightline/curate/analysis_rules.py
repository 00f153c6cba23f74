"""What is worth a look in a data set: a row of rules, each of which adds what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sightline.core.labels import CONFLICT, SKIPPED, SPLITS, TEST, UNLABELLED, UNSURE, VAL
from sightline.curate.analysis_counts import balance
from sightline.curate.analysis_facts import many, named, pictures
from sightline.curate.analysis_findings import Finding, Found
from sightline.curate.analysis_look import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sightline.core.arrays import I64, Bool
    from sightline.curate.analysis_facts import Facts
    from sightline.curate.analysis_findings import Severity

DARK: Final = 0.1
BRIGHT: Final = 0.93
FLAT: Final = 0.02
"""Standard deviation of the luma, 0..1."""
BLURRED: Final = 16.0
"""So many times less sharp than the middle one of the data set."""
ENOUGH: Final = 20
"""Pictures from which on a middle one, or a split without any, says something."""
TINY_PX: Final = 32
OBLONG: Final = 4.0
FEW: Final = 10
"""Labelled pictures of a class that are worth a warning when there are fewer."""
UNEVEN: Final = 10.0
"""Largest by smallest class that is worth a warning."""
ODD_SHARE: Final = 0.5
"""A kind of picture is worth a note where not more than this share is of it."""
SIDECAR_SHARE: Final = 0.8
"""Of pictures with a `.txt` beside them, from which on ingest reads these as tags."""


def find(facts: Facts, counts: I64) -> Found:
    """Return what is worth a look.

    Args:
        facts: The project.
        counts: (K, splits), as `analysis_counts.class_counts` returns them.
    """
    found = Found(facts.size)
    for rule in RULES:
        rule(facts, counts, found)
    return found


def _files(facts: Facts, _: I64, found: Found) -> None:
    found.mark(
        "missing",
        facts.flawed("missing"),
        severity="error",
        text="cannot be read: the file is gone",
        hint="put the files back, or ingest the folder that they moved to",
    )
    found.mark(
        "unreadable",
        facts.flawed("truncated", "corrupt", "unreadable"),
        severity="error",
        text="cannot be read: cut off or damaged",
        hint="copy the files again, or skip these pictures",
    )
    found.mark(
        "changed",
        facts.flawed("changed"),
        severity="error",
        text="changed on the disk after being added",
        hint="ingest the folder again: changed files become pictures of their own",
    )


def _doubles(facts: Facts, _: I64, found: Found) -> None:
    if facts.torn is not None:
        found.mark(
            "double-split",
            facts.torn & facts.alive,
            severity="warning",
            text="lie in folders of several splits, byte for byte",
            hint="each counts once, in one split; delete the copies so that nobody else is misled",
        )
    if facts.doubles is not None:
        found.mark(
            "double",
            facts.doubles & facts.alive,
            severity="note",
            text="lie at several paths, byte for byte",
            hint="each counts once here; other programs may count the copies",
        )


def _alike(facts: Facts, _: I64, found: Found) -> None:
    if facts.alike is None:
        return
    pairs = facts.alike
    usable = facts.kept[pairs.left] & facts.kept[pairs.right]
    left, right = pairs.left[usable], pairs.right[usable]
    keys = facts.label_keys()
    apart = facts.split[left] != facts.split[right]
    differ = (keys[left] != keys[right]) & (keys[left] >= 0) & (keys[right] >= 0)

    def either(which: Bool) -> Bool:
        mask = np.zeros(facts.size, np.bool_)
        mask[left[which]] = mask[right[which]] = True
        return mask

    found.mark(
        "leak",
        either(apart),
        severity="error",
        text=f"are nearly the same and in different splits ({many(int(apart.sum()), 'pair')})",
        hint="figures on val and test flatter: skip one of each, or split by groups",
        queue="near-duplicates",
    )
    found.mark(
        "near-conflict",
        either(differ),
        severity="warning",
        text=f"are nearly the same and labelled differently ({many(int(differ.sum()), 'pair')})",
        hint="look at each pair: one of the labels may be wrong",
        queue="near-duplicates",
    )
    found.mark(
        "near-duplicate",
        either(~apart),
        severity="note",
        text="have a near-duplicate in the same split",
        hint="keep one of each: many copies weigh as much as many pictures",
        queue="near-duplicates",
    )


def _statuses(facts: Facts, _: I64, found: Found) -> None:
    for status, name, severity, text, hint in (
        (CONFLICT, "conflict", "error", "lie in folders of different classes and have no label",
         "the bytes are the same: decide, and the label holds for all copies"),
        (UNLABELLED, "unlabelled", "note", "have no label",
         "label what teaches most: the queue auto"),
        (UNSURE, "unsure", "note", "are marked as unsure", "look again, or ask somebody else"),
        (SKIPPED, "skipped", "note", "are skipped", "no training sees them"),
    ):  # fmt: skip
        count = int(np.count_nonzero(facts.alive & (facts.status == status)))
        queue = "auto" if name == "unlabelled" else "all"
        filters: dict[str, Any] = {} if queue == "auto" else {"statuses": [name]}
        level: Severity = "error" if severity == "error" else "note"
        found.add(
            Finding(
                kind="label-conflict" if name == "conflict" else name,
                severity=level,
                count=count,
                text=pictures(count, text),
                hint=hint,
                queue=queue,
                filter=filters,
            )
        )


def _classes(facts: Facts, counts: I64, found: Found) -> None:
    sizes = counts.sum(axis=1)
    word = "tag" if facts.multi else "class"
    words = "tags" if facts.multi else "classes"

    def about(kind: str, which: Bool, severity: Severity, text: str, hint: str) -> None:
        places = np.flatnonzero(which)
        ids = [facts.classes[at][0] for at in places]
        has_some = bool(sizes[places].any())
        found.add(
            Finding(
                kind=kind,
                severity=severity,
                count=len(places),
                text=f"{many(len(places), word, words)} {text}",
                hint=hint,
                queue="all" if has_some else None,
                filter={"tag_ids" if facts.multi else "class_ids": ids} if has_some else {},
                examples=named([facts.classes[at][1] for at in places]),
            )
        )

    used = int(np.count_nonzero(sizes))
    about("empty-class", sizes == 0, "warning", "without a labelled picture",
          "label some, or delete what is not needed: it cannot be learnt")  # fmt: skip
    about("single-image", sizes == 1, "warning", "with a single labelled picture",
          "one picture is in one split: it is learnt or tested, never both")  # fmt: skip
    few = (sizes > 1) & (sizes < FEW)
    about("few-images", few, "warning", f"with fewer than {FEW} labelled pictures",
          "label more of them first: the queue diverse finds what is unlike the rest")  # fmt: skip
    if used == 1 and not facts.multi:
        about("one-class", sizes > 0, "error", "is all that is labelled",
              "a classifier needs two: label pictures of another class")  # fmt: skip


def _balance(facts: Facts, counts: I64, found: Found) -> None:
    sizes = counts.sum(axis=1)
    even = balance(sizes)
    if even["classes"] < 2 or even["ratio"] < UNEVEN:  # noqa: PLR2004
        return
    least = np.flatnonzero((sizes > 0) & (sizes * UNEVEN <= sizes.max()))
    found.add(
        Finding(
            kind="imbalance",
            severity="warning",
            count=len(least),
            text=f"the largest class has {even['ratio']:.0f} times as many pictures as the "
            f"smallest; {len(counts)} classes count like {even['effective']:.1f} equal ones",
            hint="label more of the small ones, or train with class weights or weighted sampling",
            queue="all",
            filter={
                "tag_ids" if facts.multi else "class_ids": [facts.classes[at][0] for at in least]
            },
            examples=named([facts.classes[at][1] for at in least]),
        )
    )


def _splits(facts: Facts, counts: I64, found: Found) -> None:
    labelled = counts.sum(axis=0)
    if labelled.sum() < ENOUGH:
        return
    for split, what in ((VAL, "to choose the best epoch by"), (TEST, "to measure the result on")):
        if not labelled[split]:
            found.add(
                Finding(
                    kind=f"no-{SPLITS[split]}",
                    severity="warning" if split == VAL else "note",
                    count=1,
                    text=f"no labelled picture is in {SPLITS[split]}: there is nothing {what}",
                    hint="split the project again, or label pictures of that split",
                    queue="all",
                    filter={"splits": [SPLITS[split]]},
                )
            )
            continue
        gone = np.flatnonzero((counts.sum(axis=1) >= FEW) & (counts[:, split] == 0))
        found.add(
            Finding(
                kind=f"not-in-{SPLITS[split]}",
                severity="warning",
                count=len(gone),
                text=f"{many(len(gone), 'class', 'classes')} with {FEW} pictures or more, "
                f"none of them in {SPLITS[split]}",
                hint="a stratified split gives every class its share",
                examples=named([facts.classes[at][1] for at in gone]),
            )
        )


def _light(facts: Facts, _: I64, found: Found) -> None:
    brightness, contrast = facts.column("brightness"), facts.column("contrast")
    flat = contrast < FLAT
    seen = [
        ("dark", (brightness < DARK) & ~flat, "are very dark"),
        ("bright", (brightness > BRIGHT) & ~flat, "are very bright"),
        ("flat", flat, "show nothing: one colour all over"),
    ]
    sharpness = facts.column("sharpness")
    known = np.isfinite(sharpness)
    if np.count_nonzero(known) >= ENOUGH:
        middle = float(np.median(sharpness[known]))
        seen.append(
            ("blurred", (sharpness * BLURRED < middle) & ~flat,
             f"are {BLURRED:.0f} times less sharp than the middle one, or more")
        )  # fmt: skip
    for kind, mask, text in seen:
        found.mark(kind, mask & facts.kept, severity="note", text=text,
                   hint="skip what a person could not tell either")  # fmt: skip


def _forms(facts: Facts, _: I64, found: Found) -> None:
    width, height = facts.column("width"), facts.column("height")
    short, long = np.minimum(width, height), np.maximum(width, height)
    tiny = short < TINY_PX
    usual = np.count_nonzero(tiny) > ODD_SHARE * np.count_nonzero(facts.known & facts.alive)
    if not usual:
        found.mark("tiny", tiny, severity="note",
                   text=f"have a side of fewer than {TINY_PX} pixels",
                   hint="a network sees them enlarged: skip them if they show nothing")  # fmt: skip
    found.mark("oblong", long > OBLONG * short, severity="note",
               text=f"are more than {OBLONG:.0f} times as long as wide",
               hint="cropping to a square loses most of them: train with padding")  # fmt: skip


def _kinds(facts: Facts, _: I64, found: Found) -> None:
    kind = facts.column("kind")
    total = int(np.count_nonzero(kind >= 0))
    for name, text, hint in (
        ("grey", "are grey among coloured ones",
         "where one class is grey and another is not, the colour is learnt, not the class"),
        ("cmyk", "are CMYK, for print", "their colours are converted without a profile"),
        ("alpha", "have transparency", "they are shown on white, in training as in prediction"),
        ("deep", "have more than 8 bits a sample", "the project's tone says how they become 8"),
    ):  # fmt: skip
        mask = kind == KINDS.index(name)
        if 0 < np.count_nonzero(mask) <= ODD_SHARE * total:
            found.mark(name, mask, severity="note", text=text, hint=hint)


def _folders(facts: Facts, _: I64, found: Found) -> None:
    disk = facts.disk
    found.add(
        Finding(
            kind="left-out",
            severity="warning" if any(why != "new" for _, why in disk.left_out_files) else "note",
            count=disk.left_out,
            text=f"{many(disk.left_out, 'picture file')} in the same folders "
            f"{'is' if disk.left_out == 1 else 'are'} not in the project",
            hint="ingest the folder again; what cannot be read is listed with its reason",
            examples=named([f"{path}: {why}" for path, why in disk.left_out_files]),
        )
    )
    found.add(
        Finding(
            kind="empty-folder",
            severity="note",
            count=len(disk.empty_folders),
            text=f"{many(len(disk.empty_folders), 'folder')} beside the classes without a picture",
            hint="a class that was meant to be there? Put pictures in and ingest again",
            examples=named(list(disk.empty_folders)),
        )
    )
    _sidecars(facts, found)


def _sidecars(facts: Facts, found: Found) -> None:
    """Say what became of the `.txt` files: ingest reads them as tags from 80 % on."""
    disk = facts.disk
    share = disk.sidecars / disk.files if disk.files else 0.0
    said = f"{many(disk.sidecars, 'picture')} of {disk.files:,} ({share:.0%}) with a .txt beside"
    if share >= SIDECAR_SHARE and facts.multi:
        text, hint = f"{said}: read as tags", "one tag or several, with commas between"
    elif share >= SIDECAR_SHARE:
        text = f"{said}, and the project asks for one class"
        hint = "if they hold tags: set the task to multi and ingest again"
    else:
        text = f"{said}: not read as tags, which takes {SIDECAR_SHARE:.0%}"
        hint = "write the missing ones and ingest again, or leave it"
    found.add(Finding(kind="sidecars", severity="note", count=disk.sidecars, text=text, hint=hint))


RULES: Final[tuple[Callable[[Facts, I64, Found], None], ...]] = (
    _files,
    _statuses,
    _alike,
    _doubles,
    _classes,
    _balance,
    _splits,
    _folders,
    _forms,
    _kinds,
    _light,
)
