import { lazy, Suspense, useMemo } from "react";
import type { Work } from "@/api/types";
import { accuracyColumns, lossColumns, rateColumns } from "@/plot/curves";
import type { Line } from "@/plot/LineChart";
import { fixed, percent } from "@/ui/format";
import { ErrorNote, Skeleton } from "@/ui/States";
import { Facts, marksOf } from "./run/Facts";
import type { LiveCurves } from "./useCurves";

const LineChart = lazy(() => import("@/plot/LineChart"));

const number = (value: number) => (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));
const share = (value: number) => `${Math.round(value * 1000) / 10} %`;
const power = (value: number) => (value === 0 ? "0" : value.toExponential(1));

const WHY_NONE: Readonly<Record<Work, string>> = {
  queued: "It has not begun: it waits for its turn.",
  running: "The first step has not been taken yet: pictures are being read.",
  done: "It has told no curves.",
  failed: "It failed before its first step.",
  cancelled: "It was stopped before its first step.",
  interrupted: "It ended before its first step.",
};

const LOSS: readonly Line[] = [
  { label: "batch", colour: "--line-strong", width: 1, format: number },
  { label: "mean", colour: "--accent", width: 2, format: number },
  { label: "val", colour: "--warn", width: 2, sparse: true, dash: [6, 3], format: number },
];
const ACCURACY: readonly Line[] = [
  { label: "batch mean", colour: "--accent", width: 2, format: share },
  { label: "val", colour: "--warn", width: 2, sparse: true, dash: [6, 3], format: share },
];
const RATE: readonly Line[] = [{ label: "learning rate", colour: "--accent", width: 2, format: power }];

/** What a training measured, with what happened meanwhile marked on it. */
/** What only some tasks are judged by. */
const OWN = [
  { key: "val_map", name: "Val mAP" },
  { key: "val_recall_at_1", name: "Val recall@1" },
] as const;

export function Curves({ curves, state }: { curves: LiveCurves; state: Work }) {
  const { points, epochs, facts } = curves;
  const marks = useMemo(() => marksOf(facts), [facts]);
  const loss = useMemo(() => lossColumns(points, epochs), [points, epochs]);
  const accuracy = useMemo(() => accuracyColumns(points, epochs), [points, epochs]);
  const rate = useMemo(() => rateColumns(points), [points]);
  const own = OWN.find(({ key }) => epochs.some((epoch) => typeof epoch[key] === "number"));
  if (curves.error !== null && points.length === 0) return <ErrorNote error={curves.error} />;
  if (points.length === 0) {
    return <p className="muted curves-none">{curves.loaded ? WHY_NONE[state] : "Loading"}</p>;
  }
  return (
    <div className="stack">
      <Suspense fallback={<Skeleton height={250} />}>
        <div className="charts">
          <div className="card">
            <LineChart title="Loss" columns={loss} lines={LOSS} marks={marks} />
          </div>
          <div className="card">
            <LineChart title="Accuracy" columns={accuracy} lines={ACCURACY} marks={marks} />
          </div>
          <div className="card whole-row">
            <LineChart title="Learning rate" columns={rate} lines={RATE} marks={marks} height={120} />
          </div>
        </div>
      </Suspense>
      <Facts facts={facts} />
      {epochs.length > 0 && (
        <details className="card" open={epochs.length <= 12}>
          <summary>Epochs</summary>
          <div className="table-scroll" tabIndex={0} role="region" aria-label="Epochs">
            <table className="data">
              <thead>
                <tr>
                  <th scope="col" className="num">
                    Epoch
                  </th>
                  <th scope="col" className="num">
                    Train loss
                  </th>
                  <th scope="col" className="num">
                    Val loss
                  </th>
                  <th scope="col" className="num">
                    Val accuracy
                  </th>
                  {own && (
                    <th scope="col" className="num">
                      {own.name}
                    </th>
                  )}
                </tr>
              </thead>
              <tbody>
                {epochs.map((epoch) => (
                  <tr key={epoch.epoch}>
                    <td className="num">{epoch.epoch}</td>
                    <td className="num">{fixed(epoch.train_loss)}</td>
                    <td className="num">{fixed(epoch.val_loss)}</td>
                    <td className="num">{percent(epoch.val_accuracy)}</td>
                    {own && <td className="num">{percent(epoch[own.key])}</td>}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </div>
  );
}
