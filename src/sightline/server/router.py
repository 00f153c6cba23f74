"""Routes that are complete as they are written, so that an application takes them as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from sightline.server.schemas.common import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastapi import FastAPI


class Router(APIRouter):
    """A router whose routes tell of problems and are called as their functions.

    FastAPI would otherwise make each route a second time, with what the application adds to it,
    when the first request comes.
    """

    def __init__(self, **about: Any) -> None:
        about.setdefault("responses", PROBLEMS)
        super().__init__(generate_unique_id_function=lambda route: route.name, **about)


def join(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Let an application answer for the routes of routers, the first of which are asked first."""
    for router in routers:
        app.router.routes.extend(router.routes)
