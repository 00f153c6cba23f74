import { noSequence, type Sequence } from "./keymap";
import { Store } from "./store";

/** The `g` that waits for its letter: that letter belongs to it, and to no page. */
export const sequence = new Store<Sequence>(noSequence);
