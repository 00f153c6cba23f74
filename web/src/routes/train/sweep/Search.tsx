import { useMutation, useQuery } from "@tanstack/react-query";
import { Play, Square, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { SweepDetail } from "@/api/types";
import { useAddress } from "@/app/address";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { ago, many, sentence } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { WorkBadge } from "@/ui/WorkBadge";
import { RunList } from "../RunList";
import { Trials } from "./Trials";
import "../train.css";
import "./sweep.css";

const USUAL = "optimizer.lr=log:1e-4..1e-2\noptimizer.weight_decay=log:1e-4..0.3\nloss.label_smoothing=0..0.2";

const alive = (data: SweepDetail | undefined) => data?.state === "queued" || data?.state === "running";

function NewSearch({ project, onStarted }: { project: string; onStarted: (id: string) => void }) {
  const ids = { trials: useId(), knobs: useId(), epochs: useId(), about: useId() };
  const [trials, setTrials] = useState("20");
  const [epochs, setEpochs] = useState("");
  const [knobs, setKnobs] = useState(USUAL);
  const start = useMutation({
    mutationFn: () =>
      api.startSweep(project, {
        trials: Number(trials),
        knobs: knobs
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
        prune: true,
        spec: epochs === "" ? {} : { epochs: Number(epochs) },
      }),
    onSuccess: ({ id }) => {
      void queries.invalidateQueries({ queryKey: keys.sweeps(project) });
      void queries.invalidateQueries({ queryKey: keys.jobs });
      onStarted(id);
    },
  });
  return (
    <form
      className="card search-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate();
      }}
    >
      <div className="row">
        <label htmlFor={ids.trials}>Trials</label>
        <input
          id={ids.trials}
          className="input short"
          type="number"
          min={1}
          max={10000}
          required
          value={trials}
          onChange={(event) => setTrials(event.target.value)}
        />
        <label htmlFor={ids.epochs}>Epochs each</label>
        <input
          id={ids.epochs}
          className="input short"
          type="number"
          min={1}
          placeholder="as suits"
          value={epochs}
          onChange={(event) => setEpochs(event.target.value)}
        />
      </div>
      <label htmlFor={ids.knobs}>What to turn, a line each</label>
      <textarea
        id={ids.knobs}
        className="input mono"
        rows={4}
        spellCheck={false}
        aria-describedby={ids.about}
        value={knobs}
        onChange={(event) => setKnobs(event.target.value)}
      />
      <p id={ids.about} className="muted small">
        <code>KEY=LOW..HIGH</code>, <code>KEY=log:LOW..HIGH</code> or <code>KEY=A,B,C</code>, with the keys of the spec.
        What is not turned is chosen for the data.
      </p>
      {start.error && <ErrorNote error={start.error} />}
      <div>
        <Button look="primary" type="submit" disabled={start.isPending}>
          <Play size={16} aria-hidden /> Start the search
        </Button>
      </div>
    </form>
  );
}

function Head({ project, data, onGone }: { project: string; data: SweepDetail; onGone: () => void }) {
  const navigate = useNavigate();
  const again = () => void queries.invalidateQueries({ queryKey: keys.sweeps(project) });
  const how = { onSuccess: again, onError: (error: unknown) => toasts.fail(error) };
  const stop = useMutation({ mutationFn: () => api.stopSweep(project, data.id), ...how });
  const more = useMutation({
    mutationFn: () => api.resumeSweep(project, data.id, data.state === "done" ? data.trials + 10 : null),
    ...how,
  });
  const remove = useMutation({
    mutationFn: () => api.deleteSweep(project, data.id),
    onSuccess: () => {
      again();
      onGone();
    },
    onError: how.onError,
  });
  const train = useMutation({
    mutationFn: () => api.startRun(project, { spec: data.best?.spec ?? {}, mode: "new", parent: null }),
    onSuccess: ({ run }) => {
      void queries.invalidateQueries({ queryKey: keys.runs(project) });
      void navigate(to.run(project, run));
    },
    onError: how.onError,
  });
  const active = alive(data);
  return (
    <div className="page-head run-head">
      <h2>Search of {ago(data.created_at)}</h2>
      <WorkBadge state={data.state === "stopped" ? "cancelled" : data.state} />
      <span className="muted small">
        {data.finished} of {many(data.trials, "trial")}
      </span>
      <div className="grow" />
      {active ? (
        <Button onClick={() => stop.mutate()} disabled={stop.isPending}>
          <Square size={14} aria-hidden /> Stop
        </Button>
      ) : (
        <Button onClick={() => more.mutate()} disabled={more.isPending}>
          <Play size={14} aria-hidden /> {data.state === "done" ? "10 more trials" : "Go on"}
        </Button>
      )}
      {data.best && (
        <Button look="primary" onClick={() => train.mutate()} disabled={train.isPending}>
          Train with the best
        </Button>
      )}
      {!active && (
        <Button
          look="quiet"
          aria-label="Delete this search"
          onClick={() => remove.mutate()}
          disabled={remove.isPending}
        >
          <Trash2 size={16} aria-hidden />
        </Button>
      )}
    </div>
  );
}

function Searches({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const list = useQuery({ queryKey: keys.sweeps(project), queryFn: () => api.sweeps(project) });
  const chosen = search.get("id") ?? list.data?.[0]?.id ?? "";
  const { data, error } = useQuery({
    queryKey: keys.sweep(project, chosen),
    queryFn: () => api.sweep(project, chosen),
    enabled: chosen !== "",
    refetchInterval: (query) => (alive(query.state.data) ? 2000 : false),
  });
  const choose = (id: string) => setSearch(id === "" ? {} : { id });
  return (
    <>
      <NewSearch project={project} onStarted={choose} />
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.isLoading && <Skeletons count={2} height={60} />}
      {list.data?.length === 0 && <p className="muted">No search yet.</p>}
      {(list.data?.length ?? 0) > 1 && (
        <div className="row" role="group" aria-label="Searches">
          {list.data?.map((one) => (
            <button
              key={one.id}
              type="button"
              className="button small"
              aria-pressed={one.id === chosen}
              onClick={() => choose(one.id)}
            >
              {ago(one.created_at)}
            </button>
          ))}
        </div>
      )}
      {error && <ErrorNote error={error} />}
      {data && (
        <section className="stack" aria-label="Search">
          <Head project={project} data={data} onGone={() => choose("")} />
          {data.error && (
            <div className="note bad" role="alert">
              <div>
                <div>{sentence(data.error.message)}</div>
                {data.error.hint && <div className="muted small">{sentence(data.error.hint)}</div>}
              </div>
            </div>
          )}
          <Trials data={data} />
        </section>
      )}
    </>
  );
}

/** Many trainings, each chosen by what the former came to. */
export function Component() {
  const { project = "" } = useParams();
  return (
    <main className="train">
      <RunList project={project} />
      <div className="train-main stack">
        <h1>Search for settings</h1>
        <p className="muted">
          Each trial is a short <Link to={to.train(project)}>training</Link> of which some settings are turned; the next
          is chosen by what the former came to on the val pictures.
        </p>
        <Searches project={project} />
      </div>
    </main>
  );
}
