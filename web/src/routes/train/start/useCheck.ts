import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { Mode, SpecChecked } from "@/api/types";

const REST_MS = 300;

/** What the server says of settings: asked when nobody has typed for a moment; null until it has answered. */
export function useCheck(
  project: string,
  asked: { readonly spec?: Record<string, unknown>; readonly text?: string; readonly format?: "json" | "yaml" } | null,
  mode: Mode,
  parent: string,
): { readonly checked: SpecChecked | null; readonly waiting: boolean } {
  const key = asked === null ? null : JSON.stringify([asked, mode, parent]);
  const [answer, setAnswer] = useState<{ key: string; checked: SpecChecked } | null>(null);
  useEffect(() => {
    if (asked === null || key === null) return;
    let gone = false;
    const timer = setTimeout(() => {
      api
        .checkSpec(project, { ...asked, mode, parent: parent === "" ? null : parent })
        .then((checked) => !gone && setAnswer({ key, checked }))
        .catch(() => undefined); // a server that is away is told elsewhere; the start checks again
    }, REST_MS);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the key says all that is asked
  }, [project, key]);
  return { checked: answer?.checked ?? null, waiting: key !== null && answer?.key !== key };
}
