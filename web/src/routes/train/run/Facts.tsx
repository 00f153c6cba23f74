import type { RunFact } from "@/api/types";
import type { Mark } from "@/plot/LineChart";
import { count } from "@/ui/format";

interface Told {
  /** On the curves: a word. */
  readonly word: (fact: RunFact) => string;
  /** In the list: a sentence. */
  readonly about: (fact: RunFact) => string;
  readonly colour: string;
}

const factor = (fact: RunFact): string => String(Number((fact.factor ?? 1).toPrecision(3)));

const KINDS: Readonly<Record<string, Told>> = {
  resumed: { word: () => "resumed", about: () => "Resumed from its last checkpoint", colour: "--muted" },
  paused: { word: () => "paused", about: () => "Paused, with everything saved", colour: "--warn" },
  continued: { word: () => "", about: () => "Went on", colour: "--warn" },
  lr: {
    word: (fact) => `rate × ${factor(fact)}`,
    about: (fact) => `Learning rate: × ${factor(fact)} the schedule's`,
    colour: "--accent",
  },
  split: {
    word: (fact) => `split to ${fact.to ?? "?"}`,
    about: (fact) =>
      `Memory did not suffice: passes of ${fact.from ?? "?"} pictures became passes of ${fact.to ?? "?"}; the step is the same`,
    colour: "--bad",
  },
  stop_after_epoch: { word: () => "last epoch", about: () => "Asked to end with this epoch", colour: "--muted" },
};

const told = (fact: RunFact): Told =>
  KINDS[fact.kind] ?? {
    word: () => fact.kind.replaceAll("_", " "),
    about: () => fact.kind.replaceAll("_", " "),
    colour: "--muted",
  };

/** What happened, as marks on the curves. */
export const marksOf = (facts: readonly RunFact[]): Mark[] =>
  facts.flatMap((fact) => {
    const { word, colour } = told(fact);
    const label = word(fact);
    return fact.step === undefined || label === "" ? [] : [{ at: fact.step, label, colour }];
  });

const clock = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });

/** The same as a list. */
export function Facts({ facts }: { facts: readonly RunFact[] }) {
  if (facts.length === 0) return null;
  return (
    <details className="card" open={facts.length <= 8}>
      <summary>What happened meanwhile</summary>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="What happened meanwhile">
        <table className="data">
          <thead>
            <tr>
              <th scope="col" className="num">
                Step
              </th>
              <th scope="col">What</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={`${fact.kind} ${fact.at}`}>
                <td className="num">{fact.step === undefined ? "" : count(fact.step)}</td>
                <td>{told(fact).about(fact)}</td>
                <td className="muted">{clock.format(fact.at * 1000)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
