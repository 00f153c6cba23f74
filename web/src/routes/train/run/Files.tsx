import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { api, urls } from "@/api/calls";
import { keys } from "@/api/keys";
import type { RunDetail } from "@/api/types";
import { bytes } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";

const ABOUT: Readonly<Record<string, string>> = {
  "spec.json": "every setting",
  "samples.json": "each picture with its label and split",
  "events.jsonl": "the curves and what else happened",
  "control.json": "what was asked of it while it ran",
  "report.json": "the report",
  "predictions.npz": "every answer on val and test",
  "checkpoints/last.safetensors": "all that resuming needs",
  "checkpoints/best.safetensors": "the best epoch's weights",
};

/** What a training left in its folder. */
export function Files({ run }: { run: RunDetail }) {
  const { data, error, refetch } = useQuery({ queryKey: keys.runFiles(run.id), queryFn: () => api.runFiles(run.id) });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={4} height={28} />;
  if (data.length === 0) return <p className="muted">It has written no files yet.</p>;
  return (
    <div className="card table-scroll" tabIndex={0} role="region" aria-label="Files">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">What it holds</th>
            <th scope="col" className="num">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {data.map((file) => (
            <tr key={file.name}>
              <td>
                <a href={urls.runFile(run.id, file.name)} download className="mono">
                  <Download size={12} aria-hidden /> {file.name}
                </a>
              </td>
              <td className="muted">{ABOUT[file.name] ?? ""}</td>
              <td className="num">{bytes(file.bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
