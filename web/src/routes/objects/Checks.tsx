import { useQuery } from "@tanstack/react-query";
import { CircleCheck, Copy, Expand, Layers, Minimize2, ScanLine } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { CheckedItem, CheckKind } from "@/api/types";
import { useAddress } from "@/app/address";
import { to } from "@/app/project";
import { everything, noFilter, toAddress } from "@/routes/browse/asked";
import { useClasses } from "@/routes/browse/useClasses";
import { count, sentence } from "@/ui/format";
import { Empty } from "@/ui/States";
import { ObjectBoard, RowButton } from "./ObjectBoard";
import type { LoadPart } from "./rows";

export const KINDS: readonly { kind: CheckKind; name: string; about: string; icon: typeof Copy }[] = [
  { kind: "duplicate", name: "drawn twice", about: "two in the same place", icon: Copy },
  { kind: "overlap", name: "overlapping", about: "two of one class, half on each other", icon: Layers },
  { kind: "tiny", name: "tiny", about: "a few pixels, or far smaller than its class", icon: Minimize2 },
  { kind: "huge", name: "huge", about: "all of the picture, or far larger than its class", icon: Expand },
  { kind: "outside", name: "outside", about: "over the edge of the picture", icon: ScanLine },
];

/** Objects that look like slips of the hand, the worst first. */
export function Checks({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const classes = useClasses(project);
  const { data } = useQuery({ queryKey: keys.checks(project), queryFn: () => api.checks(project) });
  const counts = data?.counts;
  const named = KINDS.find((one) => one.kind === search.get("check"));
  const first = KINDS.find((one) => (counts?.[one.kind] ?? 0) > 0);
  const shown = named ?? first ?? KINDS[0];
  const kind = shown?.kind ?? "duplicate";
  const load: LoadPart<CheckedItem> = (offset, limit, signal) =>
    api.checked(project, kind, { cursor: String(offset), limit }, signal);
  const address = toAddress({ ...everything, filter: { ...noFilter, check: kind } }).toString();
  return (
    <>
      <aside className="object-side" aria-label="Checks">
        <h2 className="panel-title">Worth a look</h2>
        <ul>
          {KINDS.map((one) => (
            <li key={one.kind}>
              <RowButton
                pressed={one.kind === kind}
                onClick={() => setSearch({ tab: "checks", check: one.kind }, { replace: true })}
              >
                <one.icon size={14} aria-hidden />
                <span className="grow">{one.name}</span>
                {counts && <span className="muted">{count(counts[one.kind])}</span>}
              </RowButton>
            </li>
          ))}
        </ul>
        <p className="muted small panel-hint">
          {sentence(shown?.about ?? "")}. A finding is a question, not a verdict: what is right stays.
        </p>
      </aside>
      <ObjectBoard
        project={project}
        listKey={kind}
        load={load}
        looks={classes.list}
        byId={classes.byId}
        withWhy
        title={shown?.name ?? ""}
        tools={
          (counts?.[kind] ?? 0) > 0 && (
            <Link className="button small" to={`${to.browse(project)}?${address}`}>
              Open as a queue
            </Link>
          )
        }
        empty={
          <Empty icon={<CircleCheck size={32} aria-hidden />} title="Nothing of this kind">
            No object looks like this slip. The check looks again whenever something is drawn.
          </Empty>
        }
      />
    </>
  );
}
