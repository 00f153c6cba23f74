/** Lets go what was given before a step back or forward, and keeps what is given while that is under way. */
export interface Hold {
  /** Resolves once what was given before has been sent, kept back or refused. */
  readonly clear: Promise<void>;
  release: () => void;
}

/** Keys grow in the order in which something is given: whatever has reached the lowest bar waits until it is lifted. */
export class Bars {
  private readonly bars = new Set<{ readonly key: number }>();
  private readonly waiting = new Set<{ readonly before: number; readonly resolve: () => void }>();

  /** Bars what has reached a key; `lifted` is called once it is released. */
  hold(key: number, clear: Promise<void>, lifted: () => void): Hold {
    const bar = { key };
    this.bars.add(bar);
    const release = () => {
      this.bars.delete(bar);
      lifted();
    };
    return { clear, release };
  }

  open(key: number): boolean {
    return [...this.bars].every((bar) => key < bar.key);
  }

  /** Resolves once nothing below a key is left, as `wake` tells. */
  until(before: number): Promise<void> {
    return new Promise((resolve) => this.waiting.add({ before, resolve }));
  }

  wake(lowest: number): void {
    for (const one of this.waiting) {
      if (lowest < one.before) continue;
      this.waiting.delete(one);
      one.resolve();
    }
  }
}
