import { ArrowRight, Check } from "lucide-react";
import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { urls } from "@/api/calls";
import type { ApplyAutoClass, ClassCorrection } from "@/api/types";
import { Picture } from "@/grid/Thumb";
import type { ClassLook } from "@/label/look";
import { Swatch } from "@/label/Swatch";
import { useClasses } from "@/routes/browse/useClasses";
import { boundsOf, cutOf, pixelsFor, placeIn } from "@/routes/objects/cut";
import { Rows } from "@/routes/objects/rows";
import { Button, Kbd } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { Slider } from "@/ui/Slider";
import { ErrorNote, Skeletons } from "@/ui/States";
import { calls } from "../calls";
import { percent } from "../words";
import { choiceOf, countOf, decide, isWanted, undecided } from "./decisions";

const ROW_PX = 76;
const CROP_PX = 64;
const AHEAD = 20;
const START = 0.8;

interface ReviewProps {
  project: string;
  job: string;
  about: ReactNode;
  busy: boolean;
  error: unknown;
  onApply: (body: ApplyAutoClass) => void;
  onBack: () => void;
  onClose: () => void;
}

interface RowProps {
  id: string;
  at: number;
  one: ClassCorrection | undefined;
  looks: ReadonlyMap<number, ClassLook>;
  wanted: boolean;
  focused: boolean;
  onPick: (at: number) => void;
}

function Named({ look }: { look: ClassLook | undefined }) {
  return (
    <span className="auto-named">
      {look && <Swatch look={look} width={12} />}
      <span className="ellipsis">{look?.name ?? "a class that is gone"}</span>
    </span>
  );
}

/** An object cut out, with its box. */
function Crop({ one, look }: { one: ClassCorrection; look: ClassLook | undefined }) {
  const cut = cutOf(one);
  const { x, y, width, height } = placeIn(cut, boundsOf(one));
  return (
    <span className="auto-crop">
      <Picture url={urls.crop(one.image_id, cut.box, pixelsFor(CROP_PX, globalThis.devicePixelRatio || 1))} />
      <svg viewBox="0 0 100 100" aria-hidden>
        <rect
          x={x * 100}
          y={y * 100}
          width={width * 100}
          height={height * 100}
          style={{ "--class": look?.colour } as CSSProperties}
        />
      </svg>
    </span>
  );
}

function Row({ id, at, one, looks, wanted, focused, onPick }: RowProps) {
  const [from, to] = [one && looks.get(one.from), one && looks.get(one.to)];
  const told = one
    ? `${from?.name ?? "gone"} to ${to?.name ?? "gone"}, ${percent(one.p)}, picture ${one.image_id}`
    : "";
  return (
    // The keys of the list are its own: onKeyDown there.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={wanted}
      aria-label={told || "Loading"}
      className={`auto-row ${wanted ? "wanted" : ""} ${focused ? "focused" : ""}`}
      style={{ top: at * ROW_PX }}
      onClick={() => onPick(at)}
    >
      {one && (
        <>
          <span className="auto-tick" aria-hidden>
            {wanted && <Check size={14} strokeWidth={3} />}
          </span>
          <Crop one={one} look={to} />
          <Named look={from} />
          <ArrowRight size={14} className="muted" aria-hidden />
          <Named look={to} />
          <span className="grow" />
          <span className="num">{percent(one.p)}</span>
        </>
      )}
    </div>
  );
}

/** Which rows are on screen. */
function useWindow(total: number) {
  const ref = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ start: 0, end: 0 });
  const look = () => {
    const element = ref.current;
    if (!element) return;
    const start = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - 2);
    const end = Math.min(total, Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + 2);
    setSeen((now) => (now.start === start && now.end === end ? now : { start, end }));
  };
  useLayoutEffect(look);
  const show = (at: number) => {
    const element = ref.current;
    if (!element) return;
    const [top, below] = [at * ROW_PX, (at + 1) * ROW_PX - element.clientHeight];
    if (element.scrollTop > top) element.scrollTop = top;
    else if (element.scrollTop < below) element.scrollTop = below;
  };
  return { ref, seen, look, show };
}

const MOVES: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 };

/** What should be of another class, object by object: taken or left by key, or all above a probability. */
export function Review({ project, job, about, busy, error, onApply, onBack, onClose }: ReviewProps) {
  const classes = useClasses(project);
  const looks = useMemo(() => new Map(classes.list.map((look) => [look.id, look])), [classes.list]);
  const [above, setAbove] = useState<readonly number[]>([]);
  const rows = useMemo(
    () =>
      new Rows<ClassCorrection>(async (offset, limit, signal) => {
        const part = await calls.found(project, job, { cursor: String(offset), limit }, signal);
        setAbove(part.above);
        return part;
      }),
    [project, job],
  );
  useSyncExternalStore(rows.subscribe, rows.snapshot);
  const [now, setNow] = useState(() => undecided(START));
  const [focus, setFocus] = useState(0);
  const total = rows.total ?? 0;
  const { ref, seen, look, show } = useWindow(total);
  useEffect(() => {
    rows.ensure({ start: 0, end: 1 });
    return () => rows.close();
  }, [rows]);
  useEffect(() => {
    if (seen.end > 0) rows.ensure({ start: seen.start, end: Math.min(total, seen.end + AHEAD) });
  }, [rows, seen, total]);

  const wanted = above.length > 0 ? countOf(now, above) : 0;
  const go = (at: number) => {
    const next = Math.max(0, Math.min(total - 1, at));
    setFocus(next);
    show(next);
  };
  const say = (at: number, how: boolean | null) => {
    const one = rows.get(at);
    if (one) setNow(decide(now, one, how ?? !isWanted(now, one)));
  };
  const onKey = (event: KeyboardEvent) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[key];
    if (move !== undefined) go(focus + move);
    else if (key === "Home") go(0);
    else if (key === "End") go(total - 1);
    else if (key === " ") say(focus, null);
    else if (key === "y" || key === "u") {
      say(focus, key === "y");
      go(focus + 1);
    } else return;
    event.preventDefault();
  };
  const onPick = (at: number) => {
    setFocus(at);
    say(at, null);
    ref.current?.focus();
  };

  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`${many(total, "object")} would be of another class`}
      foot={
        <>
          <span className="small muted auto-keys">
            <Kbd>Y</Kbd> take <Kbd>U</Kbd> leave <Kbd>↑</Kbd>
            <Kbd>↓</Kbd> move
          </span>
          <span className="grow" />
          <Button onClick={onBack}>Back</Button>
          <Button look="primary" disabled={wanted === 0 || busy} onClick={() => onApply(choiceOf(now, job))}>
            Change {many(wanted, "object")}
          </Button>
        </>
      }
    >
      {about}
      <div className="auto-least">
        <Slider
          name="Take all from"
          value={now.least}
          shown={`${percent(now.least)}: ${count(above[Math.round(now.least * 100)] ?? 0)} of ${count(total)}`}
          min={0}
          max={1}
          step={0.01}
          onChange={(least) => setNow({ ...now, least })}
        />
      </div>
      {error !== null && error !== undefined && <ErrorNote error={error} />}
      {rows.error !== null && <ErrorNote error={rows.error} onRetry={() => rows.retry()} />}
      {rows.total === null && rows.error === null && <Skeletons count={3} height={ROW_PX} />}
      {total > 0 && (
        <div
          ref={ref}
          className="auto-list"
          role="listbox"
          aria-label="Objects that would be of another class"
          aria-multiselectable="true"
          aria-activedescendant={`auto-row-${focus}`}
          tabIndex={0}
          onKeyDown={onKey}
          onScroll={look}
        >
          <div role="presentation" className="auto-sheet" style={{ height: total * ROW_PX }}>
            {Array.from({ length: Math.max(0, seen.end - seen.start) }, (_, i) => {
              const at = seen.start + i;
              const one = rows.get(at);
              return (
                <Row
                  key={at}
                  id={`auto-row-${at}`}
                  at={at}
                  one={one}
                  looks={looks}
                  wanted={one !== undefined && isWanted(now, one)}
                  focused={at === focus}
                  onPick={onPick}
                />
              );
            })}
          </div>
        </div>
      )}
    </Dialog>
  );
}
