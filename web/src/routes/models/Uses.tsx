import { Link } from "react-router";
import type { ModelUse } from "@/api/types";
import { to } from "@/app/project";

/** One thing that needs a model, with the way to it. */
function Use({ use }: { use: ModelUse }) {
  const project = use.kind === "project" || use.kind === "vectors";
  return (
    <li>
      {use.kind === "workspace" ? (
        "This workspace"
      ) : project ? (
        <Link to={to.browse(use.name)}>{use.name}</Link>
      ) : (
        <span>
          {use.kind} <b>{use.name}</b>
        </span>
      )}
      <span className="muted">
        : {use.what}
        {use.setting && (
          <>
            {" "}
            (<code>{use.setting}</code>)
          </>
        )}
      </span>
    </li>
  );
}

/** What needs a model. */
export function Uses({ uses }: { uses: readonly ModelUse[] }) {
  return (
    <ul className="uses small">
      {uses.map((use) => (
        <Use key={`${use.kind} ${use.name} ${use.setting} ${use.what}`} use={use} />
      ))}
    </ul>
  );
}

/** The same in few words, for a row of a table. */
export function usedBy(uses: readonly ModelUse[]): string {
  const names = [...new Set(uses.map((use) => use.name || "workspace"))];
  return names.length > 2 ? `${names.slice(0, 2).join(", ")} +${names.length - 2}` : names.join(", ");
}
