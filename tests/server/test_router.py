"""Routes are made once: an application takes them as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightline.server.main import ROUTERS, create_app

if TYPE_CHECKING:
    from server.conftest import Shop


def test_an_application_answers_with_the_very_routes_of_its_routers(shop: Shop) -> None:
    served = {id(route) for route in create_app(shop.bench, background=False).routes}
    assert all(id(route) in served for router in ROUTERS for route in router.routes)
