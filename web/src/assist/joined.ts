/** The assists of the open page, joined to the server. */
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { announce, queries } from "@/app/services";
import { newUid } from "@/draw/objects";
import type { Desk } from "@/routes/annotate/desk";
import { toasts } from "@/ui/toasts";
import { Ahead } from "./ahead";
import { Asker } from "./asker";
import { Assist } from "./assist";
import { choice } from "./choice";
import type { Answer } from "./words";

const after = (ms: number, run: () => void): (() => void) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};

/** One page, one client: its objects and counts are its own. */
export const asker = new Asker({
  client: newUid(),
  now: () => performance.now(),
  predict: async (body) => {
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
      outline: async ({ size, counts }) => (await api.assistOutline({ size: [...size], counts })).polygon,
      announce,
      fail: (error) => toasts.fail(error),
      after,
    });
  assists.set(desk, made);
  return made;
}

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
  const want = () => ahead.want(desk);
  const stops = [assistOf(desk).mount(), desk.on("image", want), choice.subscribe(want), asker.subscribe(looks)];
  want();
  return () => {
    ahead.stop();
    stops.forEach((stop) => stop());
    void api.assistCancel({ client: asker.client, leave: true }).catch(() => undefined);
  };
}
