import { CircleAlert } from "lucide-react";
import type { SpecProblem } from "@/api/types";
import { sentence } from "@/ui/format";

/** What the server found wrong that stands beside no field, or all of it. */
export function Problems({ problems, all = false }: { problems: readonly SpecProblem[]; all?: boolean }) {
  const told = all ? problems : problems.filter((one) => one.key === "");
  if (told.length === 0) return null;
  return (
    <div className="note bad" role="alert">
      <CircleAlert size={16} color="var(--bad)" aria-hidden />
      <ul className="grow start-problems">
        {told.map((one) => (
          <li key={`${one.key} ${one.message}`}>
            {sentence(one.message)}
            {one.hint && <span className="muted small"> {sentence(one.hint)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
