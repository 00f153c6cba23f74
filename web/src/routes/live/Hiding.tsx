import { useQuery } from "@tanstack/react-query";
import { EyeOff, Plus } from "lucide-react";
import { keys } from "@/api/keys";
import { media } from "@/api/media";
import type { Medium } from "@/api/types";
import { choose } from "@/live/choice";
import { fresh, MOST_REGIONS, type Region } from "@/live/regions";
import { Button } from "@/ui/Button";
import { many } from "@/ui/format";
import { useChoice } from "./Options";
import { Pick } from "./Pick";

const KEPT = [
  { value: "hours:1", title: "For an hour" },
  { value: "hours:24", title: "For a day" },
  { value: "hours:168", title: "For a week" },
  { value: "keep", title: "Until I erase it" },
  { value: "never", title: "Not at all" },
];

interface HidingProps {
  regions: readonly Region[];
  onRegions: (regions: readonly Region[]) => void;
  /** Why nothing can be drawn on; empty where it can. */
  blind: string;
  camera: boolean;
}

/** What nobody is to recognise, and how long the rest is kept; said before anything is sent. */
export function Hiding({ regions, onRegions, blind, camera }: HidingProps) {
  const { faces, retention, hours } = useChoice();
  const kept = retention === "hours" ? `hours:${hours}` : retention;
  const options = KEPT.some(({ value }) => value === kept)
    ? KEPT
    : [{ value: kept, title: `For ${many(hours, "hour")}` }, ...KEPT];
  return (
    <fieldset className="options">
      <legend>Privacy</legend>
      <label className="check">
        <input type="checkbox" checked={faces} onChange={(event) => choose({ faces: event.target.checked })} />
        Blur faces
      </label>
      {faces && <HowGood />}
      <div className="row">
        <Button
          small
          disabled={blind !== "" || regions.length >= MOST_REGIONS}
          onClick={() => onRegions([...regions, fresh(regions.length)])}
        >
          <Plus size={14} aria-hidden /> Cover a region
        </Button>
        {regions.length > 0 && (
          <Button small look="quiet" onClick={() => onRegions([])}>
            Uncover all
          </Button>
        )}
      </div>
      <p className="small muted">
        {blind
          ? blind
          : regions.length > 0
            ? `${many(regions.length, "region")} ${camera ? "covered before a picture leaves this browser" : "covered before it is stored"}.`
            : "Or draw over the picture."}
      </p>
      <Pick
        label={camera ? "Texts are kept" : "It is kept"}
        value={kept}
        options={options}
        onPick={(value) => {
          const [how, many] = value.split(":");
          if (how === "keep" || how === "never") choose({ retention: how });
          else choose({ retention: "hours", hours: Number(many) });
        }}
      />
    </fieldset>
  );
}

/** Who finds faces here, and how far to trust it. */
function HowGood() {
  const { data } = useQuery({ queryKey: keys.faces, queryFn: media.faces });
  return <p className="small muted">{data?.note} Some faces may be missed: cover what must not be seen.</p>;
}

/** What is made unrecognisable, in a word. */
export function Hidden({ blur: { faces, regions } }: { blur: Medium["blur"] }) {
  const words = [
    ...(faces ? ["faces blurred"] : []),
    ...(regions.length > 0 ? [`${many(regions.length, "region")} covered`] : []),
  ];
  if (words.length === 0) return null;
  return (
    <span className="badge">
      <EyeOff size={12} aria-hidden /> {words.join(", ")}
    </span>
  );
}
