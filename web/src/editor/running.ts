/** A tool with the state that it is in. */
import type { Context, Draft, Effect, Input, Tool } from "./tools/tool";

export interface Running {
  send(input: Input, context: Context): readonly Effect[];
  draft(context: Context): Draft;
  progress(): { readonly what: string; readonly points: number } | null;
}

export function run<S>(tool: Tool<S>): Running {
  let state = tool.start;
  return {
    send(input, context) {
      const [next, effects] = tool.step(state, input, context);
      state = next;
      return effects;
    },
    draft: (context) => tool.draft(state, context),
    progress: () => tool.progress(state),
  };
}
