import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Job, QuickOffer } from "@/api/types";
import { to } from "@/app/project";
import { queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, duration, many, percent } from "@/ui/format";
import { Bar, ErrorNote, Skeletons } from "@/ui/States";
import { isActive } from "../data/useJob";
import "./quick.css";
import { estimate, suits, type Choice } from "./time";

interface QuickTrainProps {
  project: string;
  /** Shows what model and head see differently. */
  onDoubts: (model: string) => void;
  onClose: () => void;
}

const whole = (text: string, least: number): number => Math.max(least, Math.round(Number(text)) || least);

function Fields({ offer, value, onChange }: { offer: QuickOffer; value: Choice; onChange: (next: Choice) => void }) {
  const network = offer.networks.find((one) => one.name === value.network);
  if (!network) return null;
  const time = estimate(offer, network, value);
  const number = (key: "epochs" | "batch_size" | "image_px", label: string, least: number, most: number) => (
    <div className="field">
      <label htmlFor={`quick-${key}`}>{label}</label>
      <input
        id={`quick-${key}`}
        className="input"
        type="number"
        min={least}
        max={most}
        value={value[key]}
        onChange={(event) => onChange({ ...value, [key]: Math.min(most, whole(event.target.value, least)) })}
      />
    </div>
  );
  return (
    <>
      <div className="field">
        <label htmlFor="quick-network">Network</label>
        <select
          id="quick-network"
          className="input"
          value={value.network}
          onChange={(event) => {
            const next = offer.networks.find((one) => one.name === event.target.value);
            if (next) onChange({ ...suits(offer, next), augmentation: value.augmentation });
          }}
        >
          {offer.networks.map((one) => (
            <option key={one.name} value={one.name}>
              {one.name}
              {one.name === offer.network ? " (suits the pictures)" : ""}
            </option>
          ))}
        </select>
        <p className="small muted">
          {network.description}{" "}
          {network.weights ? `Starts from the weights of ${network.weights}.` : "Starts from nothing."}
        </p>
      </div>
      <div className="quick-numbers">
        {number("epochs", "Epochs", 1, 1000)}
        {number("image_px", "Picture size, px", network.min_px, 1024)}
        {number("batch_size", "Pictures in a step", 1, 1024)}
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={value.augmentation}
          onChange={(event) => onChange({ ...value, augmentation: event.target.checked })}
        />
        Vary the pictures while it learns
      </label>
      <p className="small quick-time" role="status">
        Learns from {count(offer.training)} of {many(offer.labelled, "labelled picture")} in about{" "}
        <b>{duration(Math.max(1, time.train))}</b>, then predicts all {count(offer.images)} in about{" "}
        <b>{duration(Math.max(1, time.predict))}</b>
        {network.measured ? " (as fast as the last time)." : " (a guess: this network has not been trained here yet)."}
      </p>
    </>
  );
}

/** How far it is, or what came of it. */
function Standing({ run, job, onDoubts }: { run: string; job: Job; onDoubts: (model: string) => void }) {
  const { data } = useQuery({
    queryKey: keys.run(run),
    queryFn: () => api.run(run),
    refetchInterval: isActive(job) ? 2_000 : false,
  });
  const model = data?.model ?? null;
  const error = job.error as { message?: string; hint?: string } | null;
  return (
    <div className="stack" role="status">
      {isActive(job) && (
        <>
          <Bar label="Training" done={job.done} total={job.total} />
          <p className="small muted">
            {job.note || "Waiting for its turn"}
            {data && data.epoch > 0 && `, epoch ${data.epoch} of ${data.epochs}`}
            {job.eta_s !== null && job.eta_s > 0 && `, ${duration(job.eta_s)} left`}
          </p>
          <p className="small muted">It goes on when this is closed; the header shows how far it is.</p>
        </>
      )}
      {job.state === "done" && data && (
        <p>
          {data.metrics?.metric && data.metrics.metric.name !== "accuracy" ? (
            <>
              {data.metrics.metric.name} <b>{percent(data.metrics.metric.value)}</b>
            </>
          ) : (
            <>
              <b>{percent(data.metrics?.accuracy)}</b> right
            </>
          )}{" "}
          on pictures of the {data.metrics?.accuracy_split} split, which{" "}
          {data.metrics?.accuracy_split === "train" ? "it has learned from" : "it has not learned from"}. It has
          predicted all pictures.
        </p>
      )}
      {job.state === "failed" && <ErrorNote error={new Error(error?.message ?? "It failed; its log says why.")} />}
      {(job.state === "cancelled" || job.state === "interrupted") && (
        <p>Stopped. It can go on from there: on the page Jobs.</p>
      )}
      {job.state === "done" && model && (
        <div className="row">
          <Button look="primary" onClick={() => onDoubts(model)}>
            Show its doubts
          </Button>
          <Link className="button" to={to.run(data?.project ?? "", run)}>
            Report
          </Link>
        </div>
      )}
    </div>
  );
}

/** A network from a few choices, and its answers for every picture. */
export function QuickTrain({ project, onDoubts, onClose }: QuickTrainProps) {
  const offer = useQuery({ queryKey: keys.quick(project), queryFn: () => api.quickOffer(project), retry: false });
  const { data: jobs } = useQuery({ queryKey: keys.jobs, queryFn: () => api.jobs() });
  const [chosen, setChosen] = useState<Choice | null>(null);
  const [started, setStarted] = useState<{ run: string; job: string } | null>(null);
  const suited = offer.data?.networks.find((one) => one.name === offer.data.network);
  const value = chosen ?? (offer.data && suited ? suits(offer.data, suited) : null);
  const begin = useMutation({
    mutationFn: (choice: Choice) => api.quickTrain(project, choice),
    onSuccess: ({ run, job }) => {
      queries.setQueryData(keys.job(job.id), job);
      void queries.invalidateQueries({ queryKey: keys.jobs });
      setStarted({ run, job: job.id });
    },
  });
  // One that is going on, also one that was started elsewhere, is what this is about.
  const going = jobs?.find((job) => job.kind === "train" && job.project === project && isActive(job));
  const { data: runs } = useQuery({
    queryKey: keys.runs(project),
    queryFn: () => api.runs(project),
    enabled: going !== undefined,
  });
  const run = runs?.find((one) => one.job === going?.id);
  const watched = started ?? (going && run ? { run: run.id, job: going.id } : null);
  const { data: job } = useQuery({
    queryKey: keys.job(watched?.job ?? ""),
    queryFn: () => api.job(watched?.job ?? ""),
    enabled: watched !== null,
    refetchInterval: (query) => (isActive(query.state.data) ? 1_000 : false),
  });
  const stop = useMutation({ mutationFn: () => api.cancelJob(watched?.job ?? "") });
  const active = watched !== null && (!job || isActive(job));
  return (
    <Dialog
      open
      onClose={onClose}
      title="Quick training"
      about="Teaches a network on the labels as they are, and asks it about every picture."
      foot={
        <>
          {active && (
            <Button look="danger" disabled={stop.isPending} onClick={() => stop.mutate()}>
              Stop
            </Button>
          )}
          <Button onClick={onClose}>Close</Button>
          {!watched && (
            <Button look="primary" disabled={!value || begin.isPending} onClick={() => value && begin.mutate(value)}>
              <Play size={16} aria-hidden /> Train
            </Button>
          )}
        </>
      }
    >
      {offer.error && !watched && <ErrorNote error={offer.error} />}
      {offer.isPending && !watched && <Skeletons count={3} height={36} />}
      {!watched && offer.data && value && <Fields offer={offer.data} value={value} onChange={setChosen} />}
      {begin.error && <ErrorNote error={begin.error} />}
      {watched && job && <Standing run={watched.run} job={job} onDoubts={onDoubts} />}
    </Dialog>
  );
}
