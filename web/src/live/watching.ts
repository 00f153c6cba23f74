/** One narration as the page follows it: the socket, what was said, and who is told of it. */
import { Store } from "@/app/store";
import { added } from "./history";
import type { Telling } from "./messages";
import { Paced } from "./paced";
import { NarrationSocket, type SocketPorts, type Wish } from "./socket";
import { Voice, type VoicePorts } from "./voice";

/** A screen reader that is told more often than this is never done. */
const READ_EVERY_MS = 6000;

export class Watching {
  readonly socket: NarrationSocket;
  readonly texts = new Store<readonly Telling[]>([]);
  /** For screen readers: the newest text, at a pace that can be listened to. */
  readonly read = new Store<{ readonly text: string; readonly lang: string }>({ text: "", lang: "en" });
  /** Whether this browser can speak. */
  readonly speaks: boolean;
  private readonly voice: Voice | null;
  private speaking = false;
  private readonly paced: Paced<Telling>;

  constructor(
    readonly media: string,
    wish: Wish,
    socket: SocketPorts,
    voice: VoicePorts | null,
  ) {
    this.socket = new NarrationSocket(socket, media, wish, 0);
    this.voice = voice && new Voice(voice);
    this.speaks = voice !== null;
    this.paced = new Paced(({ text, lang }) => this.read.set({ text, lang }), READ_EVERY_MS, socket.later);
    this.socket.tellings.on((telling) => this.hear(telling));
  }

  start(): void {
    this.socket.start();
  }

  stop(): void {
    this.socket.stop();
    this.paced.stop();
    this.voice?.turn(false);
  }

  speak(on: boolean): void {
    this.speaking = on && this.voice !== null;
    this.voice?.turn(on);
  }

  private hear(telling: Telling): void {
    this.texts.set(added(this.texts.get(), telling));
    // Who listens needs one voice: what is spoken is not read out besides.
    if (this.speaking) this.voice?.say(telling.text, telling.lang);
    else this.paced.add(telling);
  }
}
