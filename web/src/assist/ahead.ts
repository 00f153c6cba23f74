/** Pictures encoded before they are asked about: the open one, the next, the one before. */
import type { NewEncoding } from "@/api/types";
import type { Desk } from "@/routes/annotate/desk";

export interface AheadPorts {
  readonly encode: (body: NewEncoding) => Promise<unknown>;
  readonly after: (ms: number, run: () => void) => () => void;
  readonly client: string;
  readonly wanted: () => boolean;
  readonly engine: () => string;
  /** Something is on its way: what shows it looks again. */
  readonly told: () => void;
}

/** Leafing through pictures encodes none of them. */
const REST_MS = 150;

export class Ahead {
  private gen = 0;
  private waiting: (() => void) | null = null;

  constructor(private readonly ports: AheadPorts) {}

  /** Wants what lies about the open picture, once the person rests there. */
  want(desk: Pick<Desk, "image" | "neighbours">): void {
    this.stop();
    if (!this.ports.wanted()) return;
    this.waiting = this.ports.after(REST_MS, () => {
      this.waiting = null;
      void this.send(desk);
    });
  }

  stop(): void {
    this.waiting?.();
    this.waiting = null;
  }

  private async send({ image, neighbours }: Pick<Desk, "image" | "neighbours">): Promise<void> {
    if (image === null) return;
    const gen = ++this.gen;
    const wants = [
      [image, "current"],
      [neighbours.next, "next"],
      [neighbours.previous, "previous"],
    ] as const;
    for (const [image_id, priority] of wants) {
      if (image_id === null || gen !== this.gen) continue;
      const body = { image_id, priority, gen, client: this.ports.client, engine: this.ports.engine() };
      // An engine that fails says so in its slot, and when it is asked.
      await this.ports.encode(body).catch(() => undefined);
      this.ports.told();
    }
  }
}
