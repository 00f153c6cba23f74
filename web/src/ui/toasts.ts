import { ApiError } from "@/api/http";

export interface Toast {
  readonly id: number;
  readonly tone: "plain" | "good" | "bad";
  readonly title: string;
  readonly hint: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** What is said to the person in passing. Lives outside React, so that anything may say something. */
class Toasts {
  private list: readonly Toast[] = [];
  private readonly listeners = new Set<() => void>();
  private next = 1;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): readonly Toast[] => this.list;

  say(title: string, more: Partial<Omit<Toast, "id" | "title">> = {}): void {
    const toast: Toast = { tone: "plain", hint: "", ...more, title, id: this.next++ };
    const others = this.list.filter((other) => other.title !== title);
    this.set([...others, toast].slice(-4));
  }

  /** Tells of an error with its next step. */
  fail(error: unknown): void {
    if (error instanceof ApiError) this.say(error.message, { tone: "bad", hint: error.hint });
    else this.say(error instanceof Error ? error.message : String(error), { tone: "bad" });
  }

  dismiss(id: number): void {
    this.set(this.list.filter((toast) => toast.id !== id));
  }

  private set(list: readonly Toast[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}

export const toasts = new Toasts();
