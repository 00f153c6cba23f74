"""Every knob, and where its value came from."""

from sightline.settings.earlier import ALIASES
from sightline.settings.fields import Settings
from sightline.settings.load import (
    PREFIX,
    Loaded,
    as_variables,
    dotenv,
    find_workspace,
    load_settings,
    public,
    save_settings,
    schema,
)

__all__ = [
    "ALIASES",
    "PREFIX",
    "Loaded",
    "Settings",
    "as_variables",
    "dotenv",
    "find_workspace",
    "load_settings",
    "public",
    "save_settings",
    "schema",
]
