import { useQuery } from "@tanstack/react-query";
import { Check, Copy } from "lucide-react";
import { Fragment, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { servingCalls, type ServingProcess } from "@/api/serving";
import type { Model } from "@/api/types";
import { IconButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ago } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { curlCommand, named, serveCommand, USUAL, type ServeWish } from "./serveCommand";

const LOOK_MS = 3_000;

/** Which processes serve models of this workspace. */
export function useServing() {
  return useQuery({ queryKey: keys.serving, queryFn: servingCalls.all, refetchInterval: LOOK_MS });
}

function Line({ label, text }: { label: string; text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => toasts.say("The browser does not let pages copy here", { hint: "Select the text and copy it." }),
    );
  return (
    <div className="stack tight-stack">
      <span className="label small muted" aria-hidden>
        {label}
      </span>
      <div className="command">
        <code className="mono grow" tabIndex={0} role="textbox" aria-readonly aria-label={label}>
          {text.split(" ").map((word, at) => (
            <Fragment key={at}>
              {at > 0 && " "}
              <span>{word}</span>
            </Fragment>
          ))}
        </code>
        {window.isSecureContext && (
          <IconButton small label={`Copy: ${label}`} onClick={() => void copy()} onBlur={() => setCopied(false)}>
            {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
          </IconButton>
        )}
      </div>
    </div>
  );
}

export function ServedNow({ processes }: { processes: readonly ServingProcess[] }) {
  return (
    <ul className="served" aria-label="Served now">
      {processes.map((one) => (
        <li key={one.pid} className="row">
          <span className="badge good">serving</span>
          <a href={one.url} target="_blank" rel="noreferrer" className="mono">
            {one.url}
          </a>
          <b className="grow ellipsis">{one.models.join(", ")}</b>
          <span className="muted small nowrap">
            {one.keyed ? "with a key" : "this machine only"}, process {one.pid}, {ago(one.started_at)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Says how a model is put behind an address, and what is served already. */
export function Serve({ model, onClose }: { model: Model; onClose: () => void }) {
  const [wish, setWish] = useState<ServeWish>(USUAL);
  const health = useQuery({ queryKey: keys.health, queryFn: api.health });
  const models = useQuery({ queryKey: keys.models, queryFn: api.models });
  const projects = useQuery({ queryKey: keys.projectList(false), queryFn: () => api.projects() });
  const serving = useServing();
  const set = (change: Partial<ServeWish>) => setWish((before) => ({ ...before, ...change }));
  const command = serveCommand(named(model, models.data ?? []), health.data?.workspace ?? "workspace", wish);
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Serve ${model.name}`}
      about="A process of its own lets other programs ask the model over HTTP. Start it in a terminal; Ctrl+C ends it."
    >
      <div className="serve-wishes">
        <div className="field">
          <label htmlFor="serve-port">Port</label>
          <input
            id="serve-port"
            className="input"
            type="number"
            min={1}
            max={65_535}
            value={wish.port}
            onChange={(event) => set({ port: event.target.valueAsNumber || USUAL.port })}
          />
        </div>
        <div className="field">
          <label htmlFor="serve-doubts">Keep what it is unsure of in</label>
          <select
            id="serve-doubts"
            className="input"
            value={wish.doubts}
            onChange={(event) => set({ doubts: event.target.value })}
          >
            <option value="">no project</option>
            {projects.data?.map((one) => (
              <option key={one.name} value={one.name}>
                {one.name}
              </option>
            ))}
          </select>
        </div>
      </div>
      <label className="check">
        <input type="checkbox" checked={wish.follow} onChange={(event) => set({ follow: event.target.checked })} />A
        newer model of this name takes over, without a lost request
      </label>
      <label className="check">
        <input type="checkbox" checked={wish.open} onChange={(event) => set({ open: event.target.checked })} />
        Other machines may ask, with a key
      </label>
      <Line label="In a terminal" text={command} />
      <Line label="Then any program asks" text={curlCommand(wish)} />
      <p className="muted small">
        {wish.open
          ? "A key is made and printed at the start; SIGHTLINE_SERVE_KEYS sets keys of yours. A proxy in front adds TLS."
          : "On this machine no key is needed; pages of other sites are refused."}
      </p>
      <h3>Served now</h3>
      {serving.error && <ErrorNote error={serving.error} />}
      {serving.data?.length === 0 && <p className="muted small">Nothing of this workspace.</p>}
      {serving.data && serving.data.length > 0 && <ServedNow processes={serving.data} />}
    </Dialog>
  );
}
