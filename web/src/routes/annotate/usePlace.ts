import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { api } from "@/api/calls";
import type { Item } from "@/api/types";
import { to } from "@/app/project";
import { useFilm } from "@/routes/edit/useFilm";
import type { Windows } from "@/grid/windows";
import { byOrdinal, bySight, step, type Searched } from "./locate";

const never = () => () => undefined;
const zero = () => 0;
const AROUND = 24;

const searched = (windows: Windows): Searched => ({
  size: windows.size,
  range: (start, end) => {
    const known = Array.from({ length: end - start }, (_, i) => windows.get(start + i) ?? null);
    const there = known.every((item, i) => item !== null || windows.isGone(start + i));
    return there ? Promise.resolve(known) : windows.range({ start, end }, new AbortController().signal);
  },
});

/** Where one is in the pictures that are gone through: the address says it, so that it can be kept and sent. */
export function usePlace(project: string) {
  const { image: named } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const view = search.get("view") ?? "";
  const { film, error, retry } = useFilm(project, view);
  const windows = film?.windows ?? null;
  useSyncExternalStore(windows?.subscribe ?? never, windows?.snapshot ?? zero);
  const size = windows?.size ?? 0;
  const image = named !== undefined && /^\d+$/.test(named) ? Number(named) : null;
  const at = /^\d+$/.test(search.get("at") ?? "") ? Number(search.get("at")) : null;
  const there = at !== null && at < size ? windows?.get(at) : undefined;
  const index = there?.id === image ? at : null;
  const item = index === null ? undefined : there;
  const [lost, setLost] = useState<{ asked: string; why: unknown } | null>(null);
  const asked = `${view} ${image}`;

  // Where one is, or is on the way to: the next key goes on from there, however late the page is shown.
  const here = useRef({ image, at });
  useEffect(() => {
    here.current = { image, at };
  }, [image, at]);
  const show = useCallback(
    (position: number, { id }: Pick<Item, "id">) => {
      here.current = { image: id, at: position };
      void navigate(to.annotate(project, id, view, position), { replace: true, flushSync: true });
    },
    [navigate, project, view],
  );

  useEffect(() => {
    const middle = at ?? 0;
    windows?.ensure({ start: Math.max(0, middle - AROUND), end: Math.min(size, middle + AROUND + 1) });
  }, [windows, at, size]);

  // An address without a place, or one whose view has moved on: the picture is looked for.
  const known = at !== null && (there !== undefined || (windows?.isGone(at) ?? false));
  const lookFor = windows !== null && size > 0 && (at === null || at >= size || (known && index === null));
  useEffect(() => {
    if (!lookFor) return;
    let stopped = false;
    const find = async () => {
      const place = searched(windows);
      if (image === null) {
        const next = await api.nextUnfinished(project, { view });
        return next.image_id === null ? step(place, -1, 1) : locate(place, next.image_id, view);
      }
      return locate(place, image, view);
    };
    find()
      .then(async (found) => {
        if (stopped) return;
        const first = found ?? (image === null ? await step(searched(windows), -1, 1) : null);
        if (first) show(first[0], first[1]);
        else setLost({ asked, why: image });
      })
      .catch((problem: unknown) => !stopped && setLost({ asked, why: problem }));
    return () => {
      stopped = true;
    };
  }, [lookFor, windows, image, project, view, asked, show]);

  // What is asked for last is where one goes: a slow answer to what was asked before leads nowhere.
  const asks = useRef(0);
  const ask = useCallback(() => {
    const mine = ++asks.current;
    return () => mine === asks.current;
  }, []);
  const moving = useRef<Promise<unknown>>(Promise.resolve());
  const move = useCallback(
    (by: 1 | -1) => {
      ask();
      const moved = moving.current.then(async () => {
        const from = here.current;
        if (!windows || from.at === null || windows.get(from.at)?.id !== from.image) return false;
        const found = await step(searched(windows), from.at, by);
        if (found) show(found[0], found[1]);
        return found !== null;
      });
      moving.current = moved.catch(() => undefined);
      return moved;
    },
    [windows, show, ask],
  );
  const goTo = useCallback(
    async (id: number, wanted = ask()) => {
      if (!windows || !wanted()) return;
      const found = await locate(searched(windows), id, view, here.current.at ?? 0);
      if (!wanted()) return;
      if (found) show(found[0], found[1]);
      else void navigate(to.annotate(project, id), { replace: true });
    },
    [windows, view, show, navigate, project, ask],
  );
  const goAt = useCallback(
    async (position: number) => {
      if (!windows) return;
      const wanted = ask();
      const [found] = await searched(windows).range(position, position + 1);
      if (found && wanted()) show(position, found);
    },
    [windows, show, ask],
  );
  const neighbours = useMemo(() => {
    const near = (position: number) => (index === null ? null : (windows?.get(position)?.id ?? null));
    return { previous: near((index ?? 0) - 1), next: near((index ?? 0) + 1) };
  }, [windows, index]);

  return {
    film,
    windows,
    size,
    image,
    index,
    item,
    view,
    neighbours,
    error: error ?? null,
    lost: lost?.asked === asked ? lost.why : null,
    retry,
    ask,
    move,
    goTo,
    goAt,
  };
}

async function locate(place: Searched, id: number, view: string, from = 0): Promise<readonly [number, Item] | null> {
  const at = view === "" ? await byOrdinal(place, (await api.image(id)).ordinal, id) : await bySight(place, id, from);
  if (at === null) return null;
  const [item] = await place.range(at, at + 1);
  return item ? [at, item] : null;
}
