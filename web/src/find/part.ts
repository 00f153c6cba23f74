import type { Part } from "@/routes/annotate/slots";
import { FindPanel } from "./FindPanel";
import { opened } from "./opened";

/** Finding by words, as it joins the Annotate page. */
export const findPart: Part = {
  name: "find",
  side: FindPanel,
  act: (_desk, { kind }) => {
    if (kind !== "findText") return false;
    opened.set({ open: true, asked: opened.get().asked + 1 });
    return true;
  },
};
