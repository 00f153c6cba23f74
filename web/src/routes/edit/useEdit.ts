import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import type { ImageEdit, Item } from "@/api/types";
import { outbox, queries } from "@/app/services";
import { toasts } from "@/ui/toasts";
import { nothing, same, type EditState } from "./crop";

/** A slider or a held key settles within this; then it is one step of undo. */
const REST_MS = 350;

interface Draft {
  readonly id: number;
  readonly edit: EditState;
}

const stateOf = (data: ImageEdit): EditState => ({
  ...data.edit,
  crop: data.edit.crop as unknown as EditState["crop"],
});

/** The edit of a picture: shown at once as it is made, saved once it rests, one picture after the other. */
export function useEdit(project: string, item: Item | undefined) {
  const id = item?.id ?? 0;
  const { data, error, refetch } = useQuery({
    queryKey: keys.imageEdit(id),
    queryFn: ({ signal }) => api.imageEdit(id, signal),
    enabled: id > 0,
  });
  const [draft, setDraft] = useState<Draft | null>(null);
  const [saving, setSaving] = useState(false);
  const waiting = useRef<{ draft: Draft; timer: ReturnType<typeof setTimeout> } | null>(null);
  const line = useRef<Promise<void>>(Promise.resolve());

  const send = useCallback(
    (one: Draft) => {
      setSaving(true);
      line.current = line.current
        .then(async () => {
          const answer = await api.putEdit(one.id, one.edit);
          queries.setQueryData(keys.imageEdit(one.id), answer);
          outbox.learn([{ id: one.id, version: answer.version }]);
          void queries.invalidateQueries({ queryKey: keys.journal(project) });
        })
        .catch((problem: unknown) => {
          if (problem instanceof ApiError && problem.status === 409)
            toasts.say(problem.message, { hint: problem.hint });
          else toasts.fail(problem);
        })
        .finally(() => {
          setDraft((now) => (now === one ? null : now));
          setSaving(waiting.current !== null);
        });
    },
    [project],
  );

  const flush = useCallback(() => {
    if (!waiting.current) return;
    clearTimeout(waiting.current.timer);
    const { draft: one } = waiting.current;
    waiting.current = null;
    send(one);
  }, [send]);

  // What waits is saved before another picture, or nothing, is on screen.
  useEffect(() => flush, [id, flush]);

  const saved = data?.image_id === id ? stateOf(data) : null;
  const edit = draft?.id === id ? draft.edit : saved;

  /** Changes the edit; `now` saves it at once, as at the end of a drag. */
  const change = useCallback(
    (part: Partial<EditState>, now = false) => {
      const last = waiting.current?.draft;
      const before = last?.id === id ? last.edit : edit;
      if (!before || id === 0) return;
      const next = { ...before, ...part };
      if (same(before, next) && waiting.current === null) return;
      const one: Draft = { id, edit: next };
      setDraft(one);
      if (waiting.current) clearTimeout(waiting.current.timer);
      waiting.current = { draft: one, timer: setTimeout(flush, REST_MS) };
      if (now) flush();
    },
    [id, edit, flush],
  );

  const reset = useCallback(() => change(nothing, true), [change]);
  /** Resolves once all is on the server, so that undo takes back what is seen. */
  const settled = useCallback(async () => {
    flush();
    await line.current;
  }, [flush]);

  return { data, edit, error, refetch, change, reset, settled, saving: saving || draft !== null };
}
