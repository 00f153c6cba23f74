import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { Link } from "react-router";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import { to } from "@/app/project";
import { Uses } from "./Uses";

/** Settings that a project's page Heads writes. */
const HEADS: ReadonlySet<string> = new Set(["box_head", "image_head"]);

/** What a setting or a head names and no model is; nothing where nothing is missing. */
export function Missing() {
  const { data } = useQuery({ queryKey: keys.modelDisk, queryFn: modelFiles.disk });
  if (!data || data.missing.length === 0) return null;
  return (
    <div className="stack tight-stack">
      {data.missing.map((one) => (
        <div className="note warn" role="note" key={`${one.name} ${one.wanted_by.name} ${one.wanted_by.setting}`}>
          <CircleAlert size={16} color="var(--warn)" aria-hidden />
          <div className="grow">
            <b>{one.name}</b> is not here
            <Uses uses={[one.wanted_by]} />
            {!one.pullable && <code className="small">{one.how}</code>}
          </div>
          {HEADS.has(one.wanted_by.setting ?? "") && (
            <Link className="button small" to={to.heads(one.wanted_by.name)}>
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
