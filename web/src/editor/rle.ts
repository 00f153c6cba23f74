/** COCO's run lengths: columns from left to right, the first run of pixels that are not set, 5 bits a character. */
import type { Box, Rle } from "./types";

/** Run lengths from COCO's text. */
export function runsOf(text: string): number[] {
  const runs: number[] = [];
  let value = 0;
  let scale = 1;
  for (let i = 0; i < text.length; i++) {
    const bits = text.charCodeAt(i) - 48;
    value += (bits & 0x1f) * scale;
    scale *= 32;
    if (bits & 0x20) continue;
    if (bits & 0x10) value -= scale;
    runs.push(value + (runs.length > 2 ? (runs.at(-2) ?? 0) : 0));
    value = 0;
    scale = 1;
  }
  return runs;
}

/** COCO's text of run lengths. */
export function textOf(runs: readonly number[]): string {
  const out: string[] = [];
  runs.forEach((run, i) => {
    let rest = i > 2 ? run - (runs[i - 2] ?? 0) : run;
    for (;;) {
      const bits = rest & 0x1f;
      rest = Math.floor(rest / 32);
      const more = bits & 0x10 ? rest !== -1 : rest !== 0;
      out.push(String.fromCharCode((bits | (more ? 0x20 : 0)) + 48));
      if (!more) break;
    }
  });
  return out.join("");
}

/** Calls back for each run of set pixels: its first and the one after its last, counted down the columns. */
export function eachRun(rle: Rle, call: (from: number, to: number) => void): void {
  let at = 0;
  runsOf(rle.counts).forEach((run, i) => {
    if (i % 2 && run) call(at, at + run);
    at += run;
  });
}

/** The smallest upright rectangle about the set pixels; empty when there are none. */
export function rleExtent(rle: Rle): Box {
  const [height] = rle.size;
  let [x1, y1, x2, y2] = [Infinity, Infinity, -Infinity, -Infinity];
  eachRun(rle, (from, to) => {
    const left = Math.floor(from / height);
    const right = Math.floor((to - 1) / height);
    x1 = Math.min(x1, left);
    x2 = Math.max(x2, right + 1);
    y1 = Math.min(y1, left === right ? from % height : 0);
    y2 = Math.max(y2, left === right ? ((to - 1) % height) + 1 : height);
  });
  return [x1, y1, x2, y2];
}
