"""The one place where parts are chosen and joined, and the verbs over them."""

from sightline.app.workbench import Workbench, open_workbench

__all__ = ["Workbench", "open_workbench"]
