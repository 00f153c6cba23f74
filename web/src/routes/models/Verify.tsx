import { CircleCheck } from "lucide-react";
import type { Verified } from "@/api/types";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";

/** What a check of models' files has found. */
export function Checked({ found }: { found: Verified }) {
  const bad = found.models.filter((one) => !one.ok);
  if (bad.length === 0) {
    return (
      <p className="note" role="status">
        <CircleCheck size={16} color="var(--good)" aria-hidden />
        <span>
          {found.models.length === 1
            ? "Every byte is as its card says."
            : `${many(found.models.length, "model")}: every byte is as the cards say.`}
        </span>
      </p>
    );
  }
  return bad.map((one) => (
    <ErrorNote key={one.id} error={Object.assign(new Error(`${one.name}: ${one.fault}`), { hint: one.hint })} />
  ));
}
