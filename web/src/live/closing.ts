/** What a socket's end means: its code, what a person reads, and whether to try again. */

export type Then =
  /** The connection broke: try again soon. */
  | "retry"
  /** The server is full or we were too fast: try again, but later. */
  | "later"
  /** Nothing more is to come. */
  | "done"
  /** Trying again would be refused again. */
  | "stop";

export interface Closing {
  readonly then: Then;
  readonly title: string;
  readonly hint: string;
  /** Whether a model may be what is missing or broken. */
  readonly model?: boolean;
}

const KNOWN: Readonly<Record<number, Closing>> = {
  1000: { then: "done", title: "The narration has ended.", hint: "" },
  4400: {
    then: "stop",
    title: "The server did not understand the page.",
    hint: "Load the page again: it may be older than the server.",
  },
  4401: {
    then: "stop",
    title: "The server asks for its token.",
    hint: "Open the page again by the address that was printed when the server started.",
  },
  4403: {
    then: "stop",
    title: "The server refuses this page.",
    hint: "Open it by the address that was printed when the server started.",
  },
  4404: {
    then: "stop",
    title: "This is not on the server any more.",
    hint: "It was erased, or its time was over. Choose something else to watch.",
  },
  4408: {
    then: "retry",
    title: "This page was too busy to listen.",
    hint: "It connects again; nothing that is said meanwhile is lost.",
  },
  4409: { then: "stop", title: "Another process narrates this already.", hint: "Wait for its end, or stop it." },
  4413: { then: "later", title: "The frames are too large for the server.", hint: "Choose a lower quality." },
  4415: {
    then: "stop",
    title: "The file cannot be read.",
    hint: "Try it in a player: it may be broken, or of a kind that is not known.",
  },
  4429: {
    then: "later",
    title: "The server follows as many narrations as it may.",
    hint: "Close another tab that watches; this one tries again.",
  },
  4500: {
    then: "stop",
    title: "The engine failed.",
    hint: "Choose another engine, or see whether its model is whole under Models.",
    model: true,
  },
  4502: { then: "stop", title: "The source was lost.", hint: "See whether the camera is on, then start again." },
  4507: {
    then: "stop",
    title: "The server's disk is full.",
    hint: "Erase what is not needed, then start again.",
  },
};

const BROKEN: Closing = {
  then: "retry",
  title: "The connection to the server broke.",
  hint: "It is tried again; nothing that is said meanwhile is lost.",
};

/** What an end means; what the server said with it is told instead of our own words. */
export function closing(code: number, reason = "", hint = ""): Closing {
  const known = KNOWN[code] ?? BROKEN;
  if (reason === "" || known.then === "done" || known.then === "retry") return known;
  return { ...known, title: reason, hint: hint || known.hint };
}
