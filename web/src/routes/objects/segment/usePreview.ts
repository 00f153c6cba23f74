import { useEffect, useState } from "react";
import { api } from "@/api/calls";
import type { SegmentOptions, SegmentPreview } from "@/api/types";

export interface Look {
  readonly options: SegmentOptions;
  /** Pictures, in their order. */
  readonly ids: readonly number[];
}

export interface Tile {
  readonly id: number;
  readonly shown: SegmentPreview | null;
  /** Why it cannot be shown. */
  readonly error: string | null;
}

const waiting = (id: number): Tile => ({ id, shown: null, error: null });

/** What a build would make of some pictures, asked one after the other; a newer look ends an older one. */
export function usePreview(project: string, look: Look | null): { tiles: readonly Tile[]; busy: boolean } {
  const [state, setState] = useState<{ look: Look | null; tiles: readonly Tile[] }>({ look: null, tiles: [] });
  useEffect(() => {
    if (!look) return;
    const gone = new AbortController();
    const ask = async () => {
      let tiles = look.ids.map(waiting);
      setState({ look, tiles });
      for (const id of look.ids) {
        const tile = await one(project, id, look.options, gone.signal);
        if (gone.signal.aborted) return;
        tiles = tiles.map((other) => (other.id === id ? tile : other));
        setState({ look, tiles });
      }
    };
    void ask();
    return () => gone.abort();
  }, [project, look]);
  const tiles = state.look === look ? state.tiles : (look?.ids.map(waiting) ?? []);
  return { tiles, busy: tiles.some((tile) => tile.shown === null && tile.error === null) };
}

async function one(project: string, id: number, options: SegmentOptions, signal: AbortSignal): Promise<Tile> {
  try {
    return { id, shown: await api.segmentPreview(project, { ...options, image_id: id }, signal), error: null };
  } catch (error) {
    return { id, shown: null, error: error instanceof Error ? error.message : "it cannot be shown" };
  }
}
