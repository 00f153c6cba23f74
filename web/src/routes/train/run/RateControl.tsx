import { Gauge } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import type { RunDetail } from "@/api/types";
import { Button } from "@/ui/Button";
import { Popover } from "@/ui/Popover";
import { at } from "../start/spec";
import type { RunDeeds } from "./useRunDeeds";

const STEPS = [0.1, 0.5, 1, 2] as const;
const LEAST = 0.001;
const MOST = 1000;

const power = (value: number): string => (value === 0 ? "0" : value.toPrecision(2).replace(/\.?0+$/, ""));

/** The learning rate by hand: a factor on the schedule, from the next step on. */
export function RateControl({ run, deeds }: { run: RunDetail; deeds: RunDeeds }) {
  const now = run.control?.lr_factor ?? 1;
  const [text, setText] = useState("");
  const rate = at(run.spec, "optimizer.lr");
  const wanted = Number(text);
  const valid = text.trim() !== "" && wanted >= LEAST && wanted <= MOST;
  const ask = (lr_factor: number) => deeds.control.mutate({ lr_factor });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (valid) ask(wanted);
  };
  return (
    <Popover
      label="Learning rate"
      trigger={
        <Button>
          <Gauge size={14} aria-hidden /> Rate × {power(now)}
        </Button>
      }
    >
      <form className="stack rate" onSubmit={submit}>
        <p className="small">
          Times the rate of the schedule, from the next step on. A resumed training repeats it exactly.
        </p>
        <div className="segments" role="group" aria-label="Factor">
          {STEPS.map((step) => (
            <button key={step} type="button" className="segment" aria-pressed={now === step} onClick={() => ask(step)}>
              × {step}
            </button>
          ))}
        </div>
        <div className="row">
          <label htmlFor="rate-factor" className="grow">
            Another factor
          </label>
          <input
            id="rate-factor"
            className="input num-input"
            type="number"
            min={LEAST}
            max={MOST}
            step="any"
            value={text}
            placeholder={power(now)}
            aria-invalid={text !== "" && !valid}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="submit" disabled={!valid || deeds.control.isPending}>
            Set
          </Button>
        </div>
        {typeof rate === "number" && (
          <p className="small muted">Highest rate: {power(rate * (valid ? wanted : now))}</p>
        )}
      </form>
    </Popover>
  );
}
