import { ImageOff } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import type { Item } from "@/api/types";
import { announce } from "@/app/services";
import { attach, bindingsOf, Editor, EDITOR_KEYS } from "@/editor";
import { many } from "@/ui/format";
import { canvasLook } from "./canvasLook";
import type { Desk } from "./desk";
import { intercept } from "./intercept";
import { parts } from "./slots";
import { usePicture } from "./usePicture";

/** Letters are the page's to give: a person may put them elsewhere. What is left belongs to the editor alone. */
const OWN = new Set(["r", "Shift+r", "Shift+e"]);
const BINDINGS = bindingsOf(
  EDITOR_KEYS.filter(({ key }) => OWN.has(key) || !/^(Shift\+)?[a-z]$|^Ctrl\+(Shift\+)?[zy]$/.test(key)),
);

interface DeskStageProps {
  desk: Desk;
  item: Item | undefined;
  /** How samples of more than eight bits are shown, as a query. */
  tone: string;
  children?: ReactNode;
}

/** The picture with what is drawn in it: an image, two canvases above it, and what the parts lay over them. */
export function DeskStage({ desk, item, tone, children }: DeskStageProps) {
  const box = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLImageElement>(null);
  const still = useRef<HTMLCanvasElement>(null);
  const active = useRef<HTMLCanvasElement>(null);
  const [ready, setReady] = useState(false);
  const look = useSyncExternalStore(canvasLook.subscribe, canvasLook.get);
  const { src, failed, sharp } = usePicture(
    desk,
    item?.id ?? null,
    ready && item ? Math.max(item.width, item.height) : 0,
    tone,
  );

  useEffect(() => {
    const [outer, img, below, above] = [box.current, picture.current, still.current, active.current];
    if (!outer || !img || !below || !above) return;
    const editor = new Editor({
      still: below,
      active: above,
      picture: img,
      onCommand: desk.commit,
      onChange: (what) => desk.heard(what),
      now: () => performance.now(),
    });
    editor.setBindings(BINDINGS);
    const stops = [attach(editor, above), intercept(desk, editor, outer)];
    desk.attach(editor);
    setReady(true);
    return () => {
      stops.forEach((stop) => stop());
      desk.attach(null);
      setReady(false);
    };
  }, [desk]);

  useEffect(() => {
    const { brightness, contrast, fill, grid, snap, hideLabels } = look;
    desk.editor?.setSettings({ brightness, contrast, fill, grid, snap, hideLabels });
  }, [desk, look, ready]);

  const says = desk.editor?.view().says ?? "";
  useEffect(() => {
    if (says) announce(says);
  }, [says]);

  const empty = desk.document !== null && desk.objects().length === 0;
  return (
    <div ref={box} className="desk-stage">
      <img
        ref={picture}
        className={sharp && desk.ready ? "desk-picture" : "desk-picture waiting"}
        src={src}
        alt=""
        draggable={false}
      />
      <canvas ref={still} aria-hidden="true" />
      {/* It takes keys and pointer by itself; what it shows is listed beside it. */}
      <canvas
        ref={active}
        tabIndex={0}
        // eslint-disable-next-line jsx-a11y/no-interactive-element-to-noninteractive-role
        role="application"
        aria-roledescription="canvas"
        aria-label={`Picture with ${many(desk.objects().length, "object")}${empty ? "" : ", listed beside it"}`}
      />
      {failed && (
        <div className="empty desk-failed">
          <ImageOff size={32} aria-hidden />
          <h2>This picture cannot be shown</h2>
          <p>Its file may have been moved, or it is damaged: {item?.path}. What is drawn in it is kept.</p>
        </div>
      )}
      {parts.flatMap(({ name, stage: Part }) => (Part ? [<Part key={name} desk={desk} />] : []))}
      {children}
    </div>
  );
}
