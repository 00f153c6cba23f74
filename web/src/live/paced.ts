/** The newest of many, at most one per so many milliseconds: for ears, which cannot skip. */
import type { SocketPorts } from "./socket";

export class Paced<T> {
  private waiting: { readonly value: T } | null = null;
  private resting = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly say: (value: T) => void,
    private readonly everyMs: number,
    private readonly later: SocketPorts["later"],
  ) {}

  /** Says it now, or when the rest is over if nothing newer has come by then. */
  add(value: T): void {
    if (this.resting) this.waiting = { value };
    else this.out(value);
  }

  stop(): void {
    this.cancel();
    this.waiting = null;
    this.resting = false;
  }

  private out(value: T): void {
    this.say(value);
    this.waiting = null;
    this.resting = true;
    this.cancel = this.later(this.everyMs, () => {
      this.resting = false;
      if (this.waiting) this.out(this.waiting.value);
    });
  }
}
