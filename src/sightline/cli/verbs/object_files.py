"""What `labels import` and `labels export` say of objects."""

from __future__ import annotations

from typing import Any

from sightline.cli import output
from sightline.core.errors import InvalidInputError


def mapping_of(renames: list[str]) -> dict[str, str]:
    """Return what names of classes become, of texts like `old=new`.

    Raises:
        InvalidInputError: One of them is none.
    """
    found = {}
    for one in renames:
        old, sign, new = one.partition("=")
        if not old.strip() or not sign:
            raise InvalidInputError(f"--map {one!r} names no class", hint="write OLD=NEW, or OLD=")
        found[old.strip()] = new.strip()
    return found


def show_import(report: dict[str, Any]) -> None:
    """Say what an import of objects did, or would do."""
    would = "would be " if report["dry_run"] else ""
    objects = report["objects"]
    output.say(
        f"{report['format']}: {report['records']:,} records, {report['matched']:,} matched, "
        f"{report['changed']:,} images {would}changed"
    )
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in objects["by_kind"].items())
    counts = f"{objects['new']:,} new, {objects['same']:,} as they are"
    if objects["changed"] or objects["deleted"]:
        counts += f", {objects['changed']:,} changed, {objects['deleted']:,} deleted"
    output.say(f"  objects: {counts}" + (f" ({kinds})" if kinds else ""))
    if report["classes"]["new"]:
        output.say(f"  new classes: {', '.join(report['classes']['new'])}")
    if report["pictures"]["lacking"] and report["pictures"]["added"] is None:
        output.say(f"  {report['pictures']['lacking']:,} pictures are not here: --add-images")
    if report["waiting"]:
        wait = "would wait" if report["dry_run"] else "wait"
        output.say(f"  labels of {report['waiting']:,} pictures {wait} for them to come")
    output.listed("match no image", report["unmatched"], report["unmatched_paths"], "")
    output.listed("cannot be used", report["skipped_count"], report["skipped"], "where")
    for note in report["notes"]:
        output.say(f"  note: {note}")


def show_export(report: dict[str, Any]) -> None:
    """Say what an export of objects wrote."""
    output.say(
        f"{report['path']}: {report['annotations']:,} objects of {report['items']:,} images, "
        f"{report['pictures']:,} pictures"
    )
    for what, count in report["converted"].items():
        output.say(f"  {count:,} {what}")
    for kind, count in report["left_out"].items():
        output.say(f"  {count:,} of kind {kind} have no place in this format")
    if report["passed_over"]:
        output.say(f"  {report['passed_over']:,} images nobody has looked at: --every")
    if report["missing_count"]:
        output.say(f"  {report['missing_count']:,} pictures are missing")
