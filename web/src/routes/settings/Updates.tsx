import { useMutation } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { api } from "@/api/calls";
import { bytes } from "@/ui/format";
import { ErrorNote } from "@/ui/States";

const SHOWN = 50;

type Plan = Awaited<ReturnType<typeof api.checkUpdate>>;

const HEADS: Record<Plan["state"], (plan: Plan) => string> = {
  current: (plan) => `This is the newest version: ${plan.here}.`,
  newer: (plan) => `Version ${plan.there} can be had; this is ${plan.here}.`,
  older: (plan) => `The address has ${plan.there}, older than this ${plan.here}.`,
  repair: (plan) => `This is ${plan.here}, but some files differ from its release.`,
};

function Paths({ title, paths }: { title: string; paths: string[] }) {
  if (paths.length === 0) return null;
  return (
    <details>
      <summary>
        {title} <span className="muted">{paths.length}</span>
      </summary>
      <ul className="update-paths mono">
        {paths.slice(0, SHOWN).map((path) => (
          <li key={path}>{path}</li>
        ))}
        {paths.length > SHOWN && <li>and {paths.length - SHOWN} more</li>}
      </ul>
    </details>
  );
}

function Found({ plan }: { plan: Plan }) {
  const something = plan.add.length + plan.change.length + plan.remove.length > 0;
  return (
    <section className="card update-plan stack" aria-label="What an update would do">
      <p role="status">
        <strong>{HEADS[plan.state](plan)}</strong> {something && <>{bytes(plan.bytes)} to fetch.</>}
      </p>
      {plan.unfinished && <p className="badge warn">An update was cut short: see the last command below.</p>}
      {plan.notes && <p className="update-notes">{plan.notes}</p>}
      <Paths title="New files" paths={plan.add} />
      <Paths title="Changed files" paths={plan.change} />
      <Paths title="Removed files" paths={plan.remove} />
      <Paths title="Left alone, as set" paths={plan.skip} />
      <Paths title="Changed by you (a copy is kept)" paths={plan.changed_here} />
      {something && (
        <p>
          Stop Sightline, then run <code>python3 run.py update apply</code>. Every file is checked against its hash
          before any is replaced. To go back: <code>python3 run.py update rollback</code>
        </p>
      )}
    </section>
  );
}

/** Asks for a release when the button is pressed, never before. */
export function Updates() {
  const check = useMutation({ mutationFn: api.checkUpdate });
  return (
    <div className="stack">
      <p className="muted">
        Nothing is asked of any server until you press the button; then only the address of the setting{" "}
        <code>update_url</code> is, and nothing of yours is sent.
      </p>
      <div>
        <button type="button" className="button" disabled={check.isPending} onClick={() => check.mutate()}>
          <RefreshCw size={16} aria-hidden /> {check.isPending ? "Asking…" : "Check for updates"}
        </button>
      </div>
      {check.error && <ErrorNote error={check.error} onRetry={() => check.mutate()} />}
      {check.data && <Found plan={check.data} />}
    </div>
  );
}
