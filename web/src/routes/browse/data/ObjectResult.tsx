import type { ObjectExportResult } from "@/api/types";
import { bytes, count, many } from "@/ui/format";
import { kindsText } from "./ObjectReport";

/** What an export of objects has written, and what became of shapes that the format does not know. */
export function ObjectResult({ result }: { result: ObjectExportResult }) {
  const facts = [
    many(result.annotations, "object"),
    many(result.items, "image"),
    ...(result.pictures > 0 ? [many(result.pictures, "picture")] : []),
    bytes(result.file_bytes ?? 0),
  ];
  const changed = Object.entries(result.converted);
  const left = kindsText(result.left_out);
  return (
    <div className="stack data-lists" role="status">
      <p>
        <b>{result.file}</b> <span className="muted">{facts.join(", ")}</span>
      </p>
      {changed.length > 0 && (
        <p className="small">
          Written as the nearest that the format knows:{" "}
          {changed.map(([what, number]) => `${count(number)} ${what}`).join(", ")}.
        </p>
      )}
      {left && <p className="small note warn">No place in this format: {left}.</p>}
      {result.passed_over > 0 && (
        <p className="small muted">{many(result.passed_over, "image")} left out: nobody has looked at them.</p>
      )}
      {result.missing_count > 0 && (
        <p className="small note warn">{many(result.missing_count, "picture")} could not be taken.</p>
      )}
    </div>
  );
}
