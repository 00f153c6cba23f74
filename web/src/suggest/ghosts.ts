/** What detectors suggest of the open picture, and what a person decides of it; pure. */

import type { Ghost, SuggestedBy } from "@/api/types";
import type { EditorObject } from "@/editor/types";

export type { Ghost } from "@/api/types";

/** All ghosts, the surest first; of equally sure ones in the order of their names. */
export const ghostsOf = (said: readonly SuggestedBy[]): Ghost[] =>
  said
    .flatMap(({ source, objects }) => objects.map((one) => ({ ...one, source })))
    .sort((one, other) => other.score - one.score || one.uid.localeCompare(other.uid));

/** Those that are so sure, and are not objects of the picture by now. */
export function shownGhosts(ghosts: readonly Ghost[], drawn: ReadonlySet<string>, least: number): Ghost[] {
  return ghosts.filter((one) => one.score >= least && !drawn.has(one.uid));
}

/** What is in focus after the one that was is gone: the next one, else the last. */
export function focusAfter(ghosts: readonly Ghost[], gone: string): string | null {
  const at = ghosts.findIndex(({ uid }) => uid === gone);
  const left = ghosts.filter(({ uid }) => uid !== gone);
  return (left[Math.max(0, at)] ?? left.at(-1))?.uid ?? null;
}

/** The ghost after or before another, round and round. */
export function stepFrom(ghosts: readonly Ghost[], uid: string | null, by: 1 | -1): string | null {
  if (ghosts.length === 0) return null;
  const at = ghosts.findIndex((one) => one.uid === uid);
  const next = at < 0 ? (by > 0 ? 0 : ghosts.length - 1) : (at + by + ghosts.length) % ghosts.length;
  return ghosts[next]?.uid ?? null;
}

/** A ghost as the canvas draws it; a class that is not there yet has no colour. */
export const drawnAs = (ghost: Ghost): EditorObject =>
  ({
    uid: ghost.uid,
    kind: ghost.kind,
    geometry: ghost.geometry,
    class_id: ghost.class_id ?? 0,
    attributes: {},
    z: 0,
    locked: false,
    hidden: false,
    score: ghost.score,
    source: ghost.source,
  }) as EditorObject;

/** The labels of some ghosts that the project has no class for, each once. */
export const missingClasses = (ghosts: readonly Ghost[]): string[] => [
  ...new Set(ghosts.filter((one) => one.class_id === null).map((one) => one.label)),
];

/** Ghosts with the classes that were made for them. */
export const withClasses = (ghosts: readonly Ghost[], made: ReadonlyMap<string, number>): Ghost[] =>
  ghosts.map((one) => (one.class_id === null ? { ...one, class_id: made.get(one.label) ?? null } : one));
