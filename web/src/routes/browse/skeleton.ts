/** The keypoints of a class as a person types them: names apart by commas, and pairs of their numbers. */

type Edge = readonly [number, number];

const namesOf = (points: string): string[] =>
  points
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
const pairsOf = (joints: string): string[] =>
  joints
    .split(",")
    .map((pair) => pair.trim())
    .filter(Boolean);
const edgeOf = (pair: string): [number, number] | null => {
  const match = /^(\d+)\s*[-–]\s*(\d+)$/.exec(pair);
  return match ? [Number(match[1]) - 1, Number(match[2]) - 1] : null;
};

export const jointsText = (edges: readonly Edge[]): string => edges.map(([a, b]) => `${a + 1}-${b + 1}`).join(", ");

/** Why it cannot be; null when it can. */
export function wrongJoints(points: string, joints: string): string | null {
  const names = namesOf(points);
  if (new Set(names).size < names.length) return "A keypoint is there twice.";
  if (names.length === 0) return null;
  for (const pair of pairsOf(joints)) {
    const edge = edgeOf(pair);
    if (!edge) return `${pair} is no pair of numbers, as in 1-2.`;
    if (edge[0] === edge[1] || edge.some((one) => one < 0 || one >= names.length)) {
      return `${pair}: there are ${names.length} keypoints.`;
    }
  }
  return null;
}

export function skeletonOf(points: string, joints: string): { names: string[]; edges: [number, number][] } | null {
  const names = namesOf(points);
  return names.length === 0
    ? null
    : { names, edges: pairsOf(joints).flatMap((pair) => [edgeOf(pair) ?? []].filter(isEdge)) };
}

const isEdge = (edge: readonly number[]): edge is [number, number] => edge.length === 2;
