import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Hourglass } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { Button } from "@/ui/Button";
import { Confirm } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { toasts } from "@/ui/toasts";

const SHOWN = 5;

/** Labels of pictures that are not here; nothing where none wait. */
export function Waits({ project }: { project: string }) {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: keys.waiting(project), queryFn: () => api.waiting(project) });
  const [asking, setAsking] = useState(false);
  const forget = useMutation({
    mutationFn: () => api.forgetWaiting(project),
    onSuccess: (done) => {
      toasts.say(`The labels of ${many(done.deleted, "picture")} no longer wait`);
      void client.invalidateQueries({ queryKey: keys.waiting(project) });
    },
    onError: (error) => toasts.fail(error),
  });
  if (!data || data.count === 0) return null;
  const names = data.items.slice(0, SHOWN).map((one) => one.path);
  return (
    <div className="object-waits small">
      <Hourglass size={14} aria-hidden />
      <span className="ellipsis" title={names.join("\n")}>
        Labels of {many(data.count, "picture")} wait for them to come
      </span>
      <Button small look="quiet" onClick={() => setAsking(true)}>
        Forget them
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          forget.mutate();
          setAsking(false);
        }}
        title={`Forget the labels of ${many(data.count, "picture")}?`}
        about="They were imported for pictures that are not in the project. This cannot be undone; they can be imported again."
        action="Forget them"
      />
    </div>
  );
}
