import { useEffect } from "react";
import { outbox } from "@/app/services";
import { conflicting } from "@/label/outbox";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";

/** Says why a label was taken back. */
export function useRefusals(): void {
  useEffect(
    () =>
      outbox.onEvent((event) => {
        if (event.kind !== "refused") return;
        const changed = conflicting(event.error).length;
        const title =
          changed > 0
            ? `${many(changed, "picture")} changed meanwhile: your label was taken back`
            : event.error.message;
        toasts.say(title, {
          tone: "bad",
          hint: changed > 0 ? `${event.error.message} ${event.error.hint}`.trim() : event.error.hint,
        });
      }),
    [],
  );
}
