import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { Link } from "react-router";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import type { ModelUse } from "@/api/types";
import { to } from "@/app/project";
import { Uses } from "./Uses";

/** Settings that a project's page Heads writes. */
const HEADS: ReadonlySet<string> = new Set(["box_head", "image_head"]);

const forHeads = (uses: readonly ModelUse[]): boolean => uses.some((use) => HEADS.has(use.setting ?? ""));

/** What a setting or a head names and no model is; nothing where nothing is missing. */
export function Missing() {
  const { data } = useQuery({ queryKey: keys.modelDisk, queryFn: modelFiles.disk });
  if (!data || data.missing.length === 0) return null;
  return (
    <div className="stack tight-stack">
      {data.missing.map((one) => (
        <div className="note warn" role="note" key={one.name}>
          <CircleAlert size={16} color="var(--warn)" aria-hidden />
          <div className="grow">
            <b>{one.name}</b> is not here
            <Uses uses={one.wanted_by} />
            {!one.pullable && <code className="small">{one.how}</code>}
          </div>
          {forHeads(one.wanted_by) && (
            <Link className="button small" to={to.heads(one.wanted_by[0]?.name ?? "")}>
              Choose a head
            </Link>
          )}
          {one.pullable && (
            <Link className="button small" to={`?tab=get&name=${encodeURIComponent(one.name)}`}>
              Get it
            </Link>
          )}
        </div>
      ))}
    </div>
  );
}
