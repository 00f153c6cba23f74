const CELLS = 96;

/** Finds the point under the pointer: points of the plane (-1 to 1) by the cells of a square grid. */
export class Nearest {
  private readonly start = new Int32Array(CELLS * CELLS + 1);
  private readonly order: Int32Array;

  constructor(
    private readonly x: Float32Array,
    private readonly y: Float32Array,
  ) {
    const cell = new Int32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      cell[i] = place(y[i] ?? 0) * CELLS + place(x[i] ?? 0);
      bump(this.start, (cell[i] ?? 0) + 1, 1);
    }
    for (let i = 0; i < CELLS * CELLS; i++) bump(this.start, i + 1, this.start[i] ?? 0);
    const next = this.start.slice();
    this.order = new Int32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const at = cell[i] ?? 0;
      this.order[next[at] ?? 0] = i;
      bump(next, at, 1);
    }
  }

  /** The nearest point within `reach` for which `counts` holds; null when there is none. */
  at(x: number, y: number, reach: number, counts: (point: number) => boolean): number | null {
    let best: number | null = null;
    let least = reach * reach;
    for (let row = place(y - reach); row <= place(y + reach); row++) {
      for (let column = place(x - reach); column <= place(x + reach); column++) {
        const cell = row * CELLS + column;
        for (let at = this.start[cell] ?? 0; at < (this.start[cell + 1] ?? 0); at++) {
          const point = this.order[at] ?? 0;
          const off = ((this.x[point] ?? 0) - x) ** 2 + ((this.y[point] ?? 0) - y) ** 2;
          if (off <= least && counts(point)) [best, least] = [point, off];
        }
      }
    }
    return best;
  }
}

const place = (value: number): number => Math.max(0, Math.min(CELLS - 1, Math.floor(((value + 1) / 2) * CELLS)));

function bump(list: Int32Array, at: number, by: number): void {
  list[at] = (list[at] ?? 0) + by;
}
