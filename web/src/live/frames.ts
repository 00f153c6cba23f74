/** Sends frames at a steady pace, one at a time: the next is taken when the last is on its way. */
import type { SocketPorts } from "./socket";

interface FramePorts {
  readonly later: SocketPorts["later"];
  readonly now: () => number;
  /** The frame of now; null while there is none. */
  readonly grab: () => Promise<ArrayBuffer | null>;
  /** False: it was left out. */
  readonly send: (frame: ArrayBuffer) => boolean;
}

export class Frames {
  private on = false;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly ports: FramePorts,
    private everyMs: number,
  ) {}

  start(): void {
    if (this.on) return;
    this.on = true;
    this.next(0);
  }

  stop(): void {
    this.on = false;
    this.cancel();
  }

  pace(fps: number): void {
    this.everyMs = 1000 / fps;
  }

  private next(ms: number): void {
    this.cancel = this.ports.later(ms, () => void this.shoot());
  }

  private async shoot(): Promise<void> {
    const began = this.ports.now();
    const frame = await this.ports.grab().catch(() => null);
    if (!this.on) return;
    if (frame) this.ports.send(frame);
    this.next(Math.max(0, this.everyMs - (this.ports.now() - began)));
  }
}
