"""The lists that earlier labelling tools gave: a queue by page numbers, of the only project."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from sightline.core.errors import InvalidInputError, UnknownProjectError, UnknownViewError

if TYPE_CHECKING:
    from sightline.app.queues.queues import Queues
    from sightline.store.projects import Project
    from sightline.store.store import Store

KEEP: Final = 64
"""Views whose later pages can be asked for by number alone."""


class Face:
    """Pages of queues. The first page fixes the order, so that later ones fit to it."""

    def __init__(self, store: Store, queues: Queues) -> None:
        self._store = store
        self._queues = queues
        self._views: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def project(self, name: str | None) -> Project:
        """Return the project of this name, or the only one.

        Raises:
            UnknownProjectError: There is none of this name, or none at all.
            InvalidInputError: There are several and none is named.
        """
        if name:
            return self._store.projects.get(name)
        every = self._store.projects.list(archived=False)
        if not every:
            raise UnknownProjectError("there is no project yet", hint="ingest a folder first")
        if len(every) > 1:
            names = ", ".join(one.name for one in every[:10])
            raise InvalidInputError(f"which project? {names}", hint="add ?project=NAME")
        return every[0]

    def page(
        self,
        project: Project,
        queue: str,
        *,
        options: dict[str, Any],
        filters: dict[str, Any],
        page: int,
        page_size: int,
        cursor: str = "",
    ) -> dict[str, Any]:
        """Return one page of a queue; `next` is the cursor of the one that follows.

        Args:
            project: Whose images.
            queue: As `Queues.make_view` takes it.
            options: Likewise.
            filters: Likewise.
            page: From 1; does not count beside a cursor.
            page_size: Images.
            cursor: `next` of another page.

        Raises:
            InvalidInputError: There is no such queue, or the cursor is none.
            UnknownViewError: The cursor's order is gone.
        """
        if cursor:
            view, offset = _cursor(cursor)
            part = self._queues.window(view, offset, page_size)
        else:
            offset = (page - 1) * page_size
            view, part = self._by_number(
                project, offset, page_size, queue=queue, options=options, filters=filters
            )
        after = offset + page_size
        names = {row.id: row.name for row in self._store.classes.list(project.id)}
        return {
            "items": [_shown(one, names) for one in part["items"]],
            "total": part["size"],
            "page": offset // page_size + 1,
            "page_size": page_size,
            "pages": -(-part["size"] // page_size),
            "next": f"{view}-{after}" if after < part["size"] else None,
        }

    def _by_number(
        self,
        project: Project,
        offset: int,
        page_size: int,
        **asked: Any,
    ) -> tuple[str, dict[str, Any]]:
        key = repr((project.id, sorted(asked.items())))
        with self._lock:
            view = self._views.get(key) if offset else None
        if view is not None:
            try:
                return view, self._queues.window(view, offset, page_size)
            except UnknownViewError:
                view = None
        made = self._queues.make_view(project, **asked)
        with self._lock:
            self._views[key] = made["id"]
            self._views.move_to_end(key)
            while len(self._views) > KEEP:
                self._views.popitem(last=False)
        return made["id"], self._queues.window(made["id"], offset, page_size)


def _cursor(cursor: str) -> tuple[str, int]:
    view, _, offset = cursor.rpartition("-")
    if not view or not offset.isdecimal():
        raise InvalidInputError(
            f"no cursor {cursor[:50]!r}", hint="use `next` of another page, or none"
        )
    return view, int(offset)


def _shown(one: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    """Return an image with names where lists of the page have ids."""
    return one | {
        "item_id": one["id"],
        "label": names.get(one["class_id"] or 0),
        "predicted": names.get(one["predicted"] or 0),
        "predicted_id": one["predicted"],
        "tags": [names[tag] for tag in one["tags"] if tag in names],
        "unsure": one["status"] == "unsure",
        "skipped": one["status"] == "skipped",
    }
