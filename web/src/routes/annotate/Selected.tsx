import {
  ArrowDownToLine,
  ArrowUpToLine,
  Combine,
  Copy,
  Eye,
  EyeOff,
  Lock,
  LockOpen,
  Plus,
  SquaresExclude,
  Trash2,
  X,
} from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { useDrawKeys } from "@/app/drawBindings";
import type { Attribute, DrawnObject } from "@/draw/objects";
import { IconButton } from "@/ui/Button";
import { many } from "@/ui/format";
import { measure, readValue, shared, withAttribute, withoutAttribute } from "./attributes";
import type { Desk } from "./desk";

interface ValueProps {
  name: string;
  value: Attribute | null;
  onSet: (value: Attribute) => void;
  onDrop: () => void;
}

/** One attribute: its value is saved when the field is left, or by Enter. */
function Value({ name, value, onSet, onDrop }: ValueProps) {
  const shown = value === null ? "" : String(value);
  const [text, setText] = useState<string | null>(null);
  const save = () => {
    if (text !== null && text !== shown) onSet(readValue(text));
    setText(null);
  };
  return (
    <li className="attribute">
      <span className="ellipsis" title={name}>
        {name}
      </span>
      <input
        className="input compact"
        aria-label={name}
        value={text ?? shown}
        placeholder={value === null ? "several" : ""}
        maxLength={2000}
        onChange={(event) => setText(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") save();
          if (event.key === "Escape") setText(null);
        }}
      />
      <IconButton label={`Take ${name} away`} small onClick={onDrop}>
        <X size={14} aria-hidden />
      </IconButton>
    </li>
  );
}

function Attributes({ desk, objects }: { desk: Desk; objects: readonly DrawnObject[] }) {
  const [name, setName] = useState("");
  const add = (event: SubmitEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === "") return;
    desk.edit(objects, withAttribute(wanted, true), `Set ${wanted}`);
    setName("");
  };
  return (
    <>
      <ul className="attributes" aria-label="Attributes">
        {[...shared(objects)].map(([one, value]) => (
          <Value
            key={`${objects.map(({ uid }) => uid).join()} ${one}`}
            name={one}
            value={value}
            onSet={(next) => desk.edit(objects, withAttribute(one, next), `Set ${one}`)}
            onDrop={() => desk.edit(objects, withoutAttribute(one), `Take ${one} away`)}
          />
        ))}
      </ul>
      <form className="add-class" onSubmit={add}>
        <input
          className="input compact"
          aria-label="Name of a new attribute"
          placeholder="Add an attribute"
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
        <IconButton label="Add the attribute" type="submit" small disabled={name.trim() === ""}>
          <Plus size={14} aria-hidden />
        </IconButton>
      </form>
    </>
  );
}

/** What is selected: its size, what can be done with it, what is said of it. */
export function Selected({ desk }: { desk: Desk }) {
  const keyOf = useDrawKeys();
  const objects = desk.selected();
  const [first] = objects;
  if (!first) return null;
  const hidden = objects.every((one) => one.hidden);
  const locked = objects.every((one) => one.locked);
  const areas = objects.filter((one) => one.kind !== "point" && one.kind !== "keypoints");
  return (
    <section className="desk-selected" aria-label="Selected">
      <h2 className="panel-title">{objects.length === 1 ? "Selected" : many(objects.length, "object")}</h2>
      {objects.length === 1 && <p className="small muted desk-measure">{measure(first)}</p>}
      <div className="desk-actions" role="toolbar" aria-label="What is selected">
        <IconButton
          label={hidden ? "Show" : "Hide"}
          keys={keyOf("hide")}
          small
          onClick={() => desk.act({ kind: "hide" })}
        >
          {hidden ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
        </IconButton>
        <IconButton
          label={locked ? "Unlock" : "Lock"}
          keys={keyOf("lock")}
          small
          onClick={() => desk.act({ kind: "lock" })}
        >
          {locked ? <Lock size={16} aria-hidden /> : <LockOpen size={16} aria-hidden />}
        </IconButton>
        <IconButton label="Before the others" keys="}" small onClick={() => desk.act({ kind: "front" })}>
          <ArrowUpToLine size={16} aria-hidden />
        </IconButton>
        <IconButton label="Behind the others" keys="{" small onClick={() => desk.act({ kind: "bottom" })}>
          <ArrowDownToLine size={16} aria-hidden />
        </IconButton>
        <IconButton label="Duplicate" keys="Ctrl+D" small onClick={() => desk.act({ kind: "duplicate" })}>
          <Copy size={16} aria-hidden />
        </IconButton>
        <IconButton
          label="Join into one"
          keys={keyOf("join")}
          small
          disabled={areas.length < 2}
          onClick={() => desk.act({ kind: "merge" })}
        >
          <Combine size={16} aria-hidden />
        </IconButton>
        <IconButton
          label="Take apart"
          keys={keyOf("takeApart")}
          small
          disabled={!objects.some(apart)}
          onClick={() => desk.act({ kind: "split" })}
        >
          <SquaresExclude size={16} aria-hidden />
        </IconButton>
        <div className="grow" />
        <IconButton label="Delete" keys={keyOf("removeSelected")} small onClick={() => desk.act({ kind: "delete" })}>
          <Trash2 size={16} aria-hidden />
        </IconButton>
      </div>
      <Attributes desk={desk} objects={objects} />
    </section>
  );
}

/** A polygon of several parts can be taken apart. */
const apart = (one: DrawnObject): boolean => one.kind === "polygon" && one.geometry.length > 1;
