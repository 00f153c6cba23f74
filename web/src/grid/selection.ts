/** Which images are chosen, as plain data: positions in a view. `all` is the whole view without listing it. */
export interface Selection {
  readonly picked: ReadonlySet<number>;
  /** Where a shift-click counts from. */
  readonly anchor: number | null;
  /** The one that keys act on when nothing is picked; -1 when the view is empty. */
  readonly focus: number;
  /** True when every image of the view is chosen. */
  readonly all: boolean;
}

export const nothing: Selection = { picked: new Set(), anchor: null, focus: 0, all: false };

export type Pick =
  | { readonly kind: "click"; readonly index: number }
  | { readonly kind: "toggle"; readonly index: number }
  | { readonly kind: "extend"; readonly index: number }
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | { readonly kind: "focus"; readonly index: number }
  /** The focus goes on, and what is picked stays. */
  | { readonly kind: "wander"; readonly index: number }
  | { readonly kind: "all"; readonly count: number }
  | { readonly kind: "clear" };

const between = (a: number, b: number): Set<number> => {
  const [low, high] = a <= b ? [a, b] : [b, a];
  return new Set(Array.from({ length: high - low + 1 }, (_, i) => low + i));
};

/** Pure: a selection and a pick in, a selection out. */
export function pick(selection: Selection, by: Pick): Selection {
  switch (by.kind) {
    case "click":
      return { picked: new Set([by.index]), anchor: by.index, focus: by.index, all: false };
    case "toggle": {
      const picked = new Set(selection.picked);
      if (!picked.delete(by.index)) picked.add(by.index);
      return { picked, anchor: by.index, focus: by.index, all: false };
    }
    case "extend": {
      const anchor = selection.anchor ?? Math.max(0, selection.focus);
      return { picked: between(anchor, by.index), anchor, focus: by.index, all: false };
    }
    case "range":
      return { picked: between(by.from, by.to), anchor: by.from, focus: by.to, all: false };
    case "focus":
      return { picked: new Set(), anchor: null, focus: by.index, all: false };
    case "wander":
      return { ...selection, focus: by.index };
    case "all":
      return { picked: new Set(), anchor: 0, focus: selection.focus, all: by.count > 0 };
    case "clear":
      return { ...selection, picked: new Set(), anchor: null, all: false };
  }
}

export const isPicked = (selection: Selection, index: number): boolean => selection.all || selection.picked.has(index);

export const pickedCount = (selection: Selection, count: number): number =>
  selection.all ? count : selection.picked.size;

/** What a key acts on: the picked ones in order, or the focused one; never the whole page by accident. */
export function targets(selection: Selection, count: number): number[] {
  if (selection.all) return Array.from({ length: count }, (_, i) => i);
  if (selection.picked.size > 0) return [...selection.picked].sort((a, b) => a - b);
  return selection.focus >= 0 && selection.focus < count ? [selection.focus] : [];
}

/** After labelling: nothing picked, and the focus on the one after the last that was labelled. */
export function advance(selection: Selection, count: number): Selection {
  const done = targets(selection, count);
  const last = done.at(-1);
  if (last === undefined || selection.all) return { ...selection, picked: new Set(), anchor: null, all: false };
  return { picked: new Set(), anchor: null, focus: Math.min(count - 1, last + 1), all: false };
}
