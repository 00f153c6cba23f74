import { useId, useState } from "react";
import type { Evaluated } from "@/api/types";
import { UnitCurve } from "@/plot/UnitCurve";

/** What every threshold would come to, for one class at a time. */
export function ClassCurves({ data }: { data: Evaluated }) {
  const drawn = data.curves.filter((one) => one.roc !== null || one.pr !== null);
  const weakest = [...drawn].sort((a, b) => (a.pr?.area ?? 1) - (b.pr?.area ?? 1))[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const id = useId();
  const one = drawn.find((each) => each.name === chosen) ?? weakest;
  if (!one) return null;
  return (
    <section className="stack">
      <h2>By threshold</h2>
      <div className="row">
        <label htmlFor={id}>Class</label>
        <select id={id} className="input" value={one.name} onChange={(event) => setChosen(event.target.value)}>
          {drawn.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
        {chosen === null && drawn.length > 1 && <span className="muted small">the weakest</span>}
      </div>
      <div className="card trust-curves">
        {one.roc && <UnitCurve curve={one.roc} name="ROC" across="false positives" up="true positives" chance />}
        {one.pr && <UnitCurve curve={one.pr} name="Average precision" across="recall" up="precision" />}
      </div>
    </section>
  );
}
