import { Link } from "react-router";
import type { AutoClassStatus } from "@/api/types";
import { to } from "@/app/project";
import { sentence } from "@/ui/format";

/** Why no head names anything here, and where to go for one. */
export function NoHead({ project, status }: { project: string; status: AutoClassStatus }) {
  return (
    <div className="stack tight-stack">
      <p className="small muted">
        {status.head === null
          ? "A head learns your classes from what is drawn, and then names what you draw. None is active yet."
          : sentence(status.why)}
      </p>
      {status.head !== null && status.hint && <p className="small muted">{sentence(status.hint)}</p>}
      <Link className="button small" to={to.heads(project)}>
        {status.head === null ? "Train or activate a head" : "To the heads"}
      </Link>
    </div>
  );
}
