import { kept } from "@/app/kept";
import { Store } from "@/app/store";

/** Whether the panel is open, and how often its key has asked for the field. */
export const opened = new Store<{ readonly open: boolean; readonly asked: number }>({
  open: kept.read("sightline.find.open") === "1",
  asked: 0,
});
