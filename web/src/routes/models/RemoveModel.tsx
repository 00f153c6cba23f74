import { useMutation, useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { modelFiles } from "@/api/modelFiles";
import type { Model } from "@/api/types";
import { queries } from "@/app/services";
import { Confirm } from "@/ui/Dialog";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { Uses } from "./Uses";

/** Asks before a model goes to the trash, and says what will miss it. */
export function RemoveModel({ model, onClose, onGone }: { model: Model; onClose: () => void; onGone?: () => void }) {
  const { data } = useQuery({
    queryKey: keys.model(model.id),
    queryFn: () => api.model(model.id),
    enabled: !model.fault,
  });
  const uses = data?.used_by ?? model.used_by ?? [];
  const remove = useMutation({
    mutationFn: () => modelFiles.remove(model.id),
    onSuccess: () => {
      for (const key of [keys.models, keys.engines]) void queries.invalidateQueries({ queryKey: key });
      toasts.say(`${model.name} is in the trash`, { hint: "It can be put back: On the disk, Trash." });
      onClose();
      onGone?.();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${model.name}?`}
      about="It moves to the workspace's trash with its exports, and can be put back. What it has made stays."
      action="Remove"
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      error={
        <>
          {uses.length > 0 && (
            <div className="note warn">
              <div className="grow">
                It is used:
                <Uses uses={uses} />
              </div>
            </div>
          )}
          {remove.error && <ErrorNote error={remove.error} />}
        </>
      }
    />
  );
}
