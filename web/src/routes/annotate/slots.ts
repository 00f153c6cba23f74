import type { ComponentType } from "react";
import { assistPart } from "@/assist/part";
import { autoClassPart } from "@/autoclass/part";
import { arrival } from "@/routes/objects/arrival";
import { findPart } from "@/find/part";
import { suggestions } from "@/suggest/part";
import type { DrawAction } from "@/app/drawKeys";
import type { Change, Document, DrawnObject } from "@/draw/objects";
import type { ToolName } from "@/editor";
import type { Desk } from "./desk";

/** What happened on the page, told once. */
export interface DeskEvents {
  /** Somebody has drawn new objects by hand; they are saved already. */
  drawn: { readonly image: number; readonly objects: readonly DrawnObject[]; readonly tool: string };
  /** Objects of a picture have changed: by hand, by a part, by an undo. */
  changed: { readonly image: number; readonly change: Change; readonly label: string };
  /** Another picture is open, or the open one was read anew. */
  image: Document;
  /** The picture is left; what is under way for it may go on, and lands on it. */
  left: { readonly image: number };
  selection: readonly string[];
  tool: string;
  class: number | null;
}

/** A pointer on the canvas. */
export interface PartPointer {
  readonly type: "down" | "move" | "up" | "cancel" | "leave";
  /** CSS pixels from the canvas's top left corner. */
  readonly screen: { readonly x: number; readonly y: number };
  /** Pixels of the picture. */
  readonly at: { readonly x: number; readonly y: number };
  readonly button: number;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly alt: boolean;
}

export interface PanelProps {
  readonly desk: Desk;
}

/** A tool button that a part adds to the tool bar. `name` is what `desk.tool` says while it is chosen. */
export interface PartTool {
  readonly name: string;
  readonly title: string;
  readonly action: DrawAction["kind"];
  readonly icon: ComponentType<{ size?: number }>;
  /** Why it cannot be chosen now; empty when it can. */
  readonly off?: (desk: Desk) => string;
  /** Which tool of the editor works beneath it: pointers that the part does not take go there. */
  readonly beneath: ToolName;
}

/**
 * Something that joins the Annotate page from outside: assists, suggestions.
 *
 * Parts are asked in their order, before the editor and the page itself; the first that answers true has taken the
 * key, the pointer or the wheel.
 */
export interface Part {
  readonly name: string;
  readonly tools?: readonly PartTool[];
  /** Panels by place: in the column on the right, over the canvas, in the status line, in the head. */
  readonly side?: ComponentType<PanelProps>;
  readonly stage?: ComponentType<PanelProps>;
  readonly status?: ComponentType<PanelProps>;
  readonly head?: ComponentType<PanelProps>;
  /** Called when the page opens; the function returned is called when it closes. */
  readonly mount?: (desk: Desk) => () => void;
  /** A key went down. `double`: the same action within 350 ms. `repeat`: it is held. */
  readonly act?: (desk: Desk, action: DrawAction, press: { double: boolean; repeat: boolean }) => boolean;
  /** A key went up: for what lasts while it is held. */
  readonly release?: (desk: Desk, action: DrawAction) => void;
  readonly pointer?: (desk: Desk, pointer: PartPointer) => boolean;
  /** `by`: 1 towards the person, -1 away. */
  readonly wheel?: (desk: Desk, by: 1 | -1, held: { ctrl: boolean; shift: boolean }) => boolean;
}

/** All that has joined, in the order in which it is asked. Add yours here. */
export const parts: readonly Part[] = [autoClassPart, assistPart, suggestions, findPart, arrival];
