/** The assists of the open page, joined to the server. */
import { api, urls } from "@/api/calls";
import { keys } from "@/api/keys";
import type { AssistOverview, SegmenterInfo } from "@/api/types";
import { announce, queries } from "@/app/services";
import { newUid } from "@/draw/objects";
import type { Rle } from "@/editor";
import type { Desk } from "@/routes/annotate/desk";
import { toasts } from "@/ui/toasts";
import { Ahead } from "./ahead";
import { Asker } from "./asker";
import { Assist } from "./assist";
import { LocalDecoder } from "./browser/local";
import { choice } from "./choice";
import type { Answer } from "./words";

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** The name of an engine that shall answer in the browser, and can; null: the server answers. */
function portable(name: string): string | null {
  const overview = queries.getQueryData<AssistOverview>(keys.assistSlots);
  const list = queries.getQueryData<SegmenterInfo[]>(keys.assistEngines) ?? [];
  const engine = list.find((one) => (name === "auto" ? one.default : one.name === name));
  return overview?.budget.browser && engine?.ready && engine.browser ? engine.name : null;
}

const outline = async ({ size, counts }: Rle) => (await api.assistOutline({ size: [...size], counts })).polygon;

export const local = new LocalDecoder({
  start: () => new Worker(new URL("./browser/worker.ts", import.meta.url), { type: "module" }),
  engine: portable,
  plan: api.assistDecoder,
  encoding: api.assistEncoding,
  outline,
  urls,
  now: () => performance.now(),
});

/** One page, one client: its objects and counts are its own. */
export const asker = new Asker({
  client: newUid(),
  now: () => performance.now(),
  predict: async (body) => {
    const here = await local.predict(body);
    if (here) return here;
    const prompts = body.prompts.map(({ points, box, mask_ref }) => ({
      points: points.map((one) => [...one]),
      box: box && [...box],
      mask_ref,
    }));
    return (await api.assistPredict({ ...body, prompts })) as unknown as Answer & { req_id: number };
  },
  cancel: (body) => api.assistCancel(body),
});

const assists = new WeakMap<Desk, Assist>();

/** The assists of a desk, made once. */
export function assistOf(desk: Desk): Assist {
  const made =
    assists.get(desk) ??
    new Assist(desk, {
      asker,
      choice: choice.get,
      outline,
      announce,
      fail: (error) => toasts.fail(error),
      after,
    });
  assists.set(desk, made);
  return made;
}

/** How slots, engines and the budget are read: by the panel, and before a first click. */
export const overviewQuery = { queryKey: keys.assistSlots, queryFn: () => api.assistSlots(asker.client) };
export const enginesQuery = { queryKey: keys.assistEngines, queryFn: api.assistEngines };

const looks = () => void queries.invalidateQueries({ queryKey: keys.assistSlots });

/** Joins the assists to a desk; returns how to leave. */
export function mount(desk: Desk): () => void {
  const ahead = new Ahead({
    encode: (body) => api.assistEncode(body),
    after,
    client: asker.client,
    wanted: () => choice.get().ahead,
    engine: () => choice.get().engine,
    told: looks,
  });
  const want = () => {
    ahead.want(desk);
    void prepare(desk);
  };
  const stops = [assistOf(desk).mount(), desk.on("image", want), choice.subscribe(want), asker.subscribe(looks)];
  want();
  return () => {
    ahead.stop();
    local.close();
    stops.forEach((stop) => stop());
    void api.assistCancel({ client: asker.client, leave: true }).catch(() => undefined);
  };
}

/** Fetches what the browser needs to answer clicks, where it shall. */
async function prepare({ image }: Desk): Promise<void> {
  const known = Promise.all([
    queries.query({ ...overviewQuery, staleTime: "static" }),
    queries.query({ ...enginesQuery, staleTime: "static" }),
  ]);
  // Who cannot be told is asked the usual way.
  await known.catch(() => undefined);
  if (image !== null) await local.prepare(image, choice.get().engine);
}

/** Lets the browser answer, or the server again. */
export const usesBrowser = (desk: Desk): void => void prepare(desk);
