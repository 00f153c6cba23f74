import { useQuery } from "@tanstack/react-query";
import { Dices, Images } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { Button } from "@/ui/Button";
import { ErrorNote, Skeletons } from "@/ui/States";
import { groupsOf, type Values } from "./settings";
import { Settings } from "./Settings";
import { asked, usePreview } from "./usePreview";
import { Views } from "./Views";
import "./augment.css";

interface AugmentProps {
  readonly project: string;
  /** The settings as they stand, complete. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** Changes some settings, as `{ augment: { flip: 0.5 } }`; the others stay. */
  readonly change: (part: Record<string, unknown>) => void;
}

const PICTURES = 6;
const EPOCHS = 4;
const SEEDS = 2 ** 31;

/** Whether an element has been on the screen: what nobody looks at is not asked for. */
function useSeen() {
  const at = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    const watch = new IntersectionObserver((found) => found.some((one) => one.isIntersecting) && setSeen(true));
    if (at.current) watch.observe(at.current);
    return () => watch.disconnect();
  }, []);
  return { at, seen };
}

/** How pictures are varied, and beside it what a training of these settings makes of some of them. */
export function Augment({ project, spec, change }: AugmentProps) {
  const { at, seen } = useSeen();
  const [pick, setPick] = useState(0);
  const schema = useQuery({ queryKey: keys.trainSchema, queryFn: api.trainSchema, staleTime: Infinity });
  const groups = useMemo(() => (schema.data ? groupsOf(schema.data) : []), [schema.data]);
  const values = (spec.augment ?? {}) as Values;
  const body = { spec: asked(spec), augment: { ...values }, count: PICTURES, views: EPOCHS, pick };
  const { data, error, isFetching, refetch } = usePreview(project, body, seen && "augment" in spec);
  const seed = typeof spec.seed === "number" ? spec.seed : 0;
  return (
    <div className="vary" ref={at}>
      <Settings groups={groups} values={values} onChange={(part) => change({ augment: part })} />
      <section className="vary-shown" aria-label="Preview" aria-busy={isFetching}>
        <div className="row vary-head">
          <h3 className="grow">Seed {seed}</h3>
          <Button
            small
            title="Draws anew; the training takes this seed too"
            onClick={() => change({ seed: Math.floor(Math.random() * SEEDS) })}
          >
            <Dices size={14} aria-hidden /> Other seed
          </Button>
          <Button small onClick={() => setPick((now) => now + 1)}>
            <Images size={14} aria-hidden /> Other pictures
          </Button>
        </div>
        <div className={isFetching ? "vary-work on" : "vary-work"} aria-hidden />
        {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
        {data && !error && <Views shown={data} />}
        {!data && !error && <Skeletons count={PICTURES} height={84} />}
        <p className="small muted">
          What trains is what you see: the same code, seed and partners, as each epoch shows these pictures to the
          network.
        </p>
      </section>
    </div>
  );
}
