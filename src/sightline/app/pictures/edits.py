"""Edits of pictures and their names: what builds do to them, while the files stay untouched."""

from __future__ import annotations

import hashlib
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sightline.app.items import outcome
from sightline.app.pictures.pictures import Picture
from sightline.core.edits import Edit
from sightline.core.errors import ConflictError, InvalidInputError
from sightline.core.labels import SPLITS
from sightline.imaging.edit import made
from sightline.label.rename import Named, collisions, new_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sightline.app.labels.bulk import Bulk
    from sightline.app.pictures.pictures import Pictures
    from sightline.app.projects import Projects
    from sightline.store.images import ImageRow
    from sightline.store.projects import Project
    from sightline.store.store import Store

SHOWN: Final = 200
"""Names of a preview, and collisions of a refusal, that are told."""
MAX_PX: Final = 2048
QUALITY: Final = 90


class Edits:
    """Reads and changes edits; each change is one undo step."""

    def __init__(
        self, store: Store, person: str, projects: Projects, parts: tuple[Bulk, Pictures]
    ) -> None:
        self._store = store
        self._person = person
        self._projects = projects
        self._bulk, self._pictures = parts

    def get(self, image_id: int) -> dict[str, Any]:
        """Return an image's edit, where it cuts, and what comes out.

        Raises:
            UnknownImageError: There is no such image.
        """
        return shown(self._store.images.get(image_id))

    def put(
        self, image_id: int, values: Mapping[str, Any], *, version: int | None = None
    ) -> dict[str, Any]:
        """Set an image's edit; what is left out does nothing.

        Raises:
            UnknownImageError: There is no such image.
            InvalidInputError: It cannot be carried out.
            ConflictError: The image has another version than the one that was seen.
        """
        row = self._store.images.get(image_id)
        edit = Edit.from_dict(dict(values))
        self._set(
            row.project_id,
            {image_id: edit.text()},
            _said(edit, 1),
            versions={} if version is None else {image_id: version},
        )
        return self.get(image_id)

    def change(
        self,
        project: Project,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        edit: Mapping[str, Any] | None = None,
        turn: float = 0.0,
        reset: bool = False,
        expect: int | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Edit many images: the values given are set, the others stay as they are.

        Args:
            project: Whose images.
            view: All images of a view.
            image_ids: Or these.
            edit: Values to set.
            turn: Degrees clockwise, on top of how each is turned.
            reset: First forget what was done to them.
            expect: Images that a person was told would change.
            dry_run: Only count.

        Raises:
            UnknownViewError, UnknownImageError: It is not there.
            InvalidInputError: Nothing is asked for, or it cannot be carried out.
            ConflictError: Another number of images would change than `expect`.
        """
        if not edit and not turn and not reset:
            raise InvalidInputError("there is nothing to change", hint="send edit, turn or reset")
        ids = self._bulk.targets(project, view=view, image_ids=image_ids)
        rows = self._store.images.by_ids(ids)
        values = {row.id: self._changed(row, edit or {}, turn, reset).text() for row in rows}
        first = next((Edit.of(one) for one in values.values()), Edit())
        text = f"Reset {len(ids):,} pictures" if reset and not edit else _said(first, len(ids))
        changed = sum(values[row.id] != row.edit for row in rows)
        if dry_run or not values:
            told = {"count": len(ids), "changed": changed, "seq": None}
            return told | {"description": text}
        return self._set(project.id, values, text, expect=expect)

    def rename(
        self,
        project: Project,
        pattern: str,
        *,
        view: str | None = None,
        image_ids: Sequence[int] | None = None,
        start: int = 1,
        expect: int | None = None,
        dry_run: bool = False,
    ) -> dict[str, Any]:
        """Give images new names by a pattern, in builds and exports; an empty one takes them back.

        Raises:
            UnknownViewError, UnknownImageError: It is not there.
            InvalidInputError: The pattern has an unknown field, or makes no file name.
            ConflictError: Two images would have one name.
        """
        every = self._named(project)
        by_id = {one.image_id: one for one in every}
        ids = self._bulk.targets(project, view=view, image_ids=image_ids)
        renamed = new_names([by_id[one] for one in ids if one in by_id], pattern, start=start)
        twice = collisions(every, renamed) if pattern else []
        told: dict[str, Any] = {
            "count": len(ids),
            "changed": sum(one.before != one.after for one in renamed),
            "names": [asdict(one) for one in renamed[:SHOWN]],
            "collisions": twice[:SHOWN],
            "seq": None,
            "description": f"Rename {len(ids):,} pictures",
        }
        if dry_run:
            return told
        if twice:
            raise ConflictError(
                f"{len(twice)} names would be there twice, {twice[0]!r} for one",
                hint="add a counter to the pattern: {n:4}",
            )
        values = {
            one.image_id: one.after if pattern and _is_new(one.after, by_id[one.image_id]) else None
            for one in renamed
        }
        done = self._set(project.id, values, told["description"], field="alias", expect=expect)
        return told | done

    def picture(self, image_id: int, px: int, edit: Edit | None = None) -> Picture:
        """Return what an edit makes of a picture, its long side at most `px` pixels.

        `edit`: another one than the image's own.

        Raises:
            UnknownImageError: There is no such image.
            UnreadableImageError: Its file cannot be read any more.
        """
        row = self._store.images.get(image_id)
        image = made(
            Path(row.path),
            Edit.of(row.edit) if edit is None else edit,
            min(px, MAX_PX),
            "inside",
            size=(row.width, row.height),
            page=row.page,
            limits=self._pictures.limits,
            tone=self._projects.tone(row.project_id),
        )
        out = io.BytesIO()
        image.save(out, "JPEG", quality=QUALITY)
        return Picture(out.getvalue(), "image/jpeg", self.picture_etag(image_id, px))

    def picture_etag(self, image_id: int, px: int) -> str:
        """Return the entity tag of what `picture` gives, without making it.

        Raises:
            UnknownImageError: There is no such image.
        """
        row = self._store.images.get(image_id)
        tone = self._projects.tone(row.project_id).key()
        return f'"{row.digest[:32]}-{row.page}-e{px}-{tone}-{mark(row.edit)}"'

    def _changed(self, row: ImageRow, values: Mapping[str, Any], turn: float, reset: bool) -> Edit:
        base = Edit() if reset else Edit.of(row.edit)
        return Edit.from_dict({"rotate": base.rotate + turn, **values}, base)

    def _set(
        self,
        project_id: int,
        values: Mapping[int, str | None],
        description: str,
        *,
        field: Any = "edit",
        versions: Mapping[int, int] | None = None,
        expect: int | None = None,
    ) -> dict[str, Any]:
        project = self._store.projects.by_id(project_id)
        done = self._store.edits.set(
            project,
            field,
            values,
            actor=self._person,
            description=description,
            versions=versions,
            expect=expect,
        )
        return outcome(done)

    def _named(self, project: Project) -> list[Named]:
        """Return every image of a project with what names are made of, by id."""
        classes = {row.id: row.name for row in self._store.classes.list(project.id)}
        names = self._store.edits.names(project.id)
        return [
            Named(
                row.id,
                names[row.id][1],
                names[row.id][0],
                classes.get(row.class_id or 0, ""),
                tuple(classes[tag] for tag in row.tags if tag in classes),
                SPLITS[row.split],
            )
            for row in sorted(self._store.exchange.now(project.id), key=lambda row: row.id)
            if row.id in names
        ]


def mark(text: str | None) -> str:
    """Return a short hash of an edit, empty for none."""
    return "" if text is None else hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def shown(row: ImageRow) -> dict[str, Any]:
    """Return an image's edit as callers see it; corners are shares of the upright frame."""
    edit = Edit.of(row.edit)
    width, height = edit.size(row.width, row.height)
    corners = edit.cut(row.width, row.height).corners()
    return {
        "image_id": row.id,
        "version": row.version,
        "edit": edit.to_dict(),
        "edited": row.edit is not None,
        "name": row.stem,
        "renamed": row.alias is not None,
        "width": row.width,
        "height": row.height,
        "corners": [[x / row.width, y / row.height] for x, y in corners],
        "result": {"width": max(1, round(width)), "height": max(1, round(height))},
        "v": f"{row.digest[:16]}{mark(row.edit)}",
    }


def _said(edit: Edit, count: int) -> str:
    """Return a line for the history."""
    what = f"{count:,} pictures" if count > 1 else "1 picture"
    if edit.is_nothing:
        return f"Reset {what}"
    words = [
        word
        for word, done in (
            ("crop", edit.crop != Edit().crop or edit.aspect),
            ("turn", edit.rotate),
            ("flip", edit.flip),
            ("zoom", edit.zoom > 1),
        )
        if done
    ]
    return f"Edit {what}: {', '.join(words)}"


def _is_new(name: str, image: Named) -> bool:
    return name != Path(image.path).stem
