import { useMutation } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api } from "@/api/calls";
import { drawings } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import type { Assist } from "./assist";
import { choice } from "./choice";
import { MIN_IOU } from "./words";

/** What a double X asks: all of a class, here or everywhere. */
export function TweakDialog({ assist }: { assist: Assist }) {
  const { question } = useSyncExternalStore(assist.view.subscribe, assist.view.get);
  const everywhere = useMutation({
    mutationFn: async (classId: number) => {
      await drawings.drained();
      return api.assistTweak({
        project: assist.desk.project,
        class_id: classId,
        engine: choice.get().engine,
        min_iou: MIN_IOU,
      });
    },
    onSuccess: () => {
      toasts.say("Tweaking the whole project", { hint: "It is one step: one undo takes all of it back." });
      close();
    },
  });
  const close = () => {
    everywhere.reset();
    assist.closeQuestion();
  };
  if (!question) return null;
  const { name, here, classId } = question;
  return (
    <Dialog
      open
      onClose={close}
      title={`Tweak all of ${name}?`}
      about={`Boxes, polygons and masks are made tight. One whose new box agrees less than ${MIN_IOU * 100} % with the old one stays as it is; so do locked ones.`}
      foot={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button disabled={everywhere.isPending} onClick={() => everywhere.mutate(classId)}>
            In the whole project
          </Button>
          <Button
            look="primary"
            disabled={here === 0}
            onClick={() => {
              void assist.tweaks.here(question);
              close();
            }}
          >
            In this picture ({many(here, "object")})
          </Button>
        </>
      }
    >
      {everywhere.error && <ErrorNote error={everywhere.error} />}
    </Dialog>
  );
}
