import { hub } from "@/app/services";
import type { Part } from "@/routes/annotate/slots";
import { GhostPanel } from "./GhostPanel";
import { hauntingOf } from "./haunting";

/** Suggestions on the Annotate page: ghosts over the picture, a panel beside it, and keys. */
export const suggestions: Part = {
  name: "suggestions",
  side: GhostPanel,
  mount: (desk) => {
    const haunting = hauntingOf(desk);
    const stops = [
      desk.on("image", () => void haunting.load()),
      desk.on("changed", () => haunting.show()),
      hub.onEvent(({ kind, data }) => {
        const { images } = data;
        const mine = !Array.isArray(images) || images.length === 0 || images.includes(desk.image);
        if (kind === "suggestions" && data.project === desk.project && mine) void haunting.load();
      }),
    ];
    void haunting.load();
    return () => {
      for (const stop of stops) stop();
    };
  },
  pointer: (desk, { type, button, screen, ctrl }) => {
    if (type !== "down" || button !== 0 || ctrl || desk.tool !== "select") return false;
    const ghost = desk.editor?.ghostAt(screen);
    if (ghost) hauntingOf(desk).setFocus(ghost.uid);
    return false; // what counts may lie there too: the press goes on to the editor
  },
  act: (desk, { kind }) => {
    const haunting = hauntingOf(desk);
    switch (kind) {
      case "accept":
        return haunting.accept();
      case "acceptAll":
        return haunting.acceptAll();
      case "reject":
        return haunting.reject();
      case "nextGhost":
        return haunting.step(1);
      default:
        return false;
    }
  },
};
