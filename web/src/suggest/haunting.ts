import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { queries } from "@/app/services";
import type { Desk } from "@/routes/annotate/desk";
import {
  drawnAs,
  focusAfter,
  ghostsOf,
  missingClasses,
  shownGhosts,
  stepFrom,
  withClasses,
  type Ghost,
} from "./ghosts";

const saidBy = (problem: unknown): string => (problem instanceof Error ? problem.message : String(problem));
const LEAST = "sightline.suggest.least";
const readLeast = (): number => {
  const kept = Number(localStorage.getItem(LEAST) ?? "0.3");
  return kept >= 0 && kept <= 1 ? kept : 0.3;
};

/** The ghosts of the open picture: which are shown, which one is in focus, and what becomes of them. */
export class Haunting {
  least = readLeast();
  focus: string | null = null;
  /** Why they could not be read. */
  error: unknown = null;
  private all: readonly Ghost[] = [];
  /** Accepted, and not objects yet: their class is being made. */
  private readonly taking = new Set<string>();
  /** One acceptance after the other, so that a class is made once. */
  private line: Promise<void> = Promise.resolve();
  private image: number | null = null;
  private revision = 0;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly desk: Desk) {}

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };
  readonly snapshot = (): number => this.revision;

  shown(): Ghost[] {
    return shownGhosts(this.all, this.gone(), this.least);
  }

  /** How many are left out by the threshold. */
  faint(): number {
    return shownGhosts(this.all, this.gone(), 0).length - this.shown().length;
  }

  /** Reads what is suggested of the open picture. */
  async load(): Promise<void> {
    const { image } = this.desk;
    if (image !== this.image) {
      this.all = [];
      this.focus = null;
      this.image = image;
      this.show();
    }
    if (image === null) return;
    try {
      const said = await api.suggestions(image);
      if (image !== this.image) return;
      this.all = ghostsOf(said);
      this.error = null;
    } catch (problem) {
      this.error = problem;
    }
    this.show();
  }

  setLeast(least: number): void {
    this.least = least;
    localStorage.setItem(LEAST, String(least));
    this.show();
  }

  setFocus(uid: string | null): void {
    this.focus = uid;
    this.show();
  }

  step(by: 1 | -1): boolean {
    const ghosts = this.shown();
    this.setFocus(stepFrom(ghosts, this.focus, by));
    return ghosts.length > 0;
  }

  /** Makes the ghost in focus an object; without one, the surest. */
  accept(): boolean {
    const ghosts = this.shown();
    const one = ghosts.find(({ uid }) => uid === this.focus) ?? ghosts[0];
    if (!one) return false;
    this.focus = focusAfter(ghosts, one.uid);
    this.take([one], `Accept ${one.label}`);
    return true;
  }

  /** Makes all that are shown objects, as one step. */
  acceptAll(): boolean {
    const ghosts = this.shown();
    if (ghosts.length === 0) return false;
    this.focus = null;
    this.take(ghosts, ghosts.length === 1 ? "Accept a suggestion" : `Accept ${ghosts.length} suggestions`);
    return true;
  }

  /** Sends a ghost away for good. */
  reject(): boolean {
    const ghosts = this.shown();
    const { image } = this;
    const one = ghosts.find(({ uid }) => uid === this.focus) ?? ghosts[0];
    if (!one || image === null) return false;
    const before = this.all;
    this.focus = focusAfter(ghosts, one.uid);
    this.all = before.filter(({ uid }) => uid !== one.uid);
    this.show();
    api.rejectSuggestions(image, [one.uid]).catch((problem: unknown) => {
      if (this.image === image) this.all = before;
      this.desk.say("The suggestion could not be rejected", saidBy(problem));
      this.show();
    });
    return true;
  }

  /** Draws them again, and tells the panel. */
  show(): void {
    this.desk.editor?.setGhosts(this.shown().map(drawnAs), this.focus);
    this.revision += 1;
    for (const watcher of this.watchers) watcher();
  }

  private take(ghosts: readonly Ghost[], label: string): void {
    const { image } = this;
    if (image === null) return;
    for (const { uid } of ghosts) this.taking.add(uid);
    this.show();
    this.line = this.line
      .then(() => this.classesFor(ghosts))
      .then((made) => this.desk.put(image, { put: withClasses(ghosts, made).map(drawnAs), delete: [] }, label))
      .catch((problem: unknown) => this.desk.say("The suggestion could not be accepted", saidBy(problem)))
      .then(() => {
        for (const { uid } of ghosts) this.taking.delete(uid);
        this.show();
      });
  }

  /** What is no ghost any more. */
  private gone(): ReadonlySet<string> {
    return new Set([...this.taking, ...this.desk.objects().map(({ uid }) => uid)]);
  }

  /** Makes the classes that some ghosts lack. */
  private async classesFor(ghosts: readonly Ghost[]): Promise<ReadonlyMap<string, number>> {
    const known = new Map(this.desk.classes.map(({ name, id }) => [name.toLowerCase(), id]));
    const made = new Map<string, number>();
    for (const name of missingClasses(ghosts)) {
      const { id } = known.has(name.toLowerCase())
        ? { id: known.get(name.toLowerCase()) ?? 0 }
        : await api.addClass(this.desk.project, { name });
      made.set(name, id);
    }
    this.all = withClasses(this.all, made);
    if (made.size > 0) await queries.refetchQueries({ queryKey: keys.classes(this.desk.project) });
    return made;
  }
}

const hauntings = new WeakMap<Desk, Haunting>();

/** The ghosts of a desk, made when they are first asked for. */
export function hauntingOf(desk: Desk): Haunting {
  const found = hauntings.get(desk) ?? new Haunting(desk);
  hauntings.set(desk, found);
  return found;
}
