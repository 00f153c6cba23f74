/** The editor, as the page uses it. */
export { attach, keyInput } from "./attach";
export { wordsOf } from "./actions";
export { Editor } from "./editor";
export {
  bindingsOf,
  DEFAULT_BINDINGS,
  EDITOR_KEYS,
  nameOf,
  type Binding,
  type Bindings,
  type EditorAction,
} from "./keys";
export type { Change } from "./model";
export { boundsOf } from "./geometry";
export * from "./types";
