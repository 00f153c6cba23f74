/** Speech by the browser: what is being said is said to its end, and then only the newest of what came meanwhile. */

export interface VoicePorts {
  /** Speaks and calls back at the end; never for what was cancelled. */
  speak: (text: string, lang: string, ended: () => void) => void;
  cancel: () => void;
}

export class Voice {
  private on = false;
  private busy = false;
  private next: { text: string; lang: string } | null = null;

  constructor(private readonly ports: VoicePorts) {}

  turn(on: boolean): void {
    this.on = on;
    if (on) return;
    this.next = null;
    this.busy = false;
    this.ports.cancel();
  }

  say(text: string, lang: string): void {
    if (!this.on || text === "") return;
    if (this.busy) {
      this.next = { text, lang };
      return;
    }
    this.busy = true;
    this.ports.speak(text, lang, () => {
      this.busy = false;
      const next = this.next;
      this.next = null;
      if (next) this.say(next.text, next.lang);
    });
  }
}

interface Speaker {
  readonly lang: string;
  readonly localService: boolean;
  readonly default: boolean;
}

/** The voice for a language: one on this machine before one that a service elsewhere speaks. */
export function voiceFor<T extends Speaker>(voices: readonly T[], lang: string): T | null {
  const wanted = lang.toLowerCase();
  const fitting = voices.filter((one) => {
    const has = one.lang.toLowerCase().replace("_", "-");
    return has === wanted || has.startsWith(`${wanted}-`);
  });
  const rank = (one: T) => (one.localService ? 2 : 0) + (one.default ? 1 : 0);
  return fitting.sort((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** Speech of this browser; null where it has none. */
export function browserVoice(): VoicePorts | null {
  if (typeof speechSynthesis === "undefined") return null;
  let current: SpeechSynthesisUtterance | null = null;
  return {
    speak: (text, lang, ended) => {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.lang = lang;
      utterance.voice = voiceFor(speechSynthesis.getVoices(), lang);
      const end = () => {
        if (current !== utterance) return;
        current = null;
        ended();
      };
      utterance.onend = end;
      utterance.onerror = end;
      current = utterance;
      speechSynthesis.speak(utterance);
    },
    cancel: () => {
      current = null;
      speechSynthesis.cancel();
    },
  };
}
