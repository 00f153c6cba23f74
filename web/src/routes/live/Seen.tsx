import type { Telling } from "@/live/messages";
import { colourOf } from "@/live/place";
import { count, percent } from "@/ui/format";

interface Kind {
  readonly name: string;
  readonly count: number;
  readonly best: number;
}

function kindsOf(telling: Telling): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { name, score } of telling.boxes) {
    const before = kinds.get(name);
    kinds.set(name, { name, count: (before?.count ?? 0) + 1, best: Math.max(before?.best ?? 0, score) });
  }
  return [...kinds.values()].sort((a, b) => b.count - a.count || b.best - a.best);
}

/** The boxes as a list: what the canvas shows, for who cannot see it. */
export function Seen({ telling, stale, expired }: { telling: Telling | null; stale: boolean; expired: boolean }) {
  const kinds = telling ? kindsOf(telling) : [];
  if (kinds.length === 0 && !expired) return null;
  return (
    <ul className={stale ? "seen stale" : "seen"} aria-label="Seen in the picture">
      {kinds.map((kind) => (
        <li key={kind.name} className="badge" title={`The surest: ${percent(kind.best, 0)}`}>
          <span className="seen-colour" style={{ background: colourOf(kind.name) }} aria-hidden="true" />
          {kind.count > 1 ? `${count(kind.count)} × ${kind.name}` : kind.name}
        </li>
      ))}
      {expired && <li className="badge warn">its heat has expired</li>}
    </ul>
  );
}
