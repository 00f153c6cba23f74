/**
 * Changes that were taken back before they had left, to be given again.
 *
 * The server knows nothing of them. They are older steps back than what the server has undone since, so a step forward
 * comes to them last; whatever is newly given ends them, as it ends the server's own.
 */
export class Withdrawn {
  private project = "";
  private steps: (() => void)[] = [];
  /** Steps back on the server since. */
  private behind = 0;
  private given = -1;

  /** `given` grows with whatever is newly given. */
  constructor(private readonly counted: () => number) {}

  /** Notes what was taken back here, and how to give it again. */
  took(project: string, again: () => void): void {
    if (!this.holds(project)) this.begin(project);
    this.steps.push(again);
  }

  /** Notes a step back on the server as it is asked for; what is returned takes the note back, where it failed. */
  undone(project: string): () => void {
    if (!this.holds(project)) return () => undefined;
    const { steps } = this;
    this.behind += 1;
    return () => {
      if (this.steps === steps) this.behind -= 1;
    };
  }

  /** Whether the next step forward is one that was taken back here. */
  isNext(project: string): boolean {
    return this.holds(project) && this.behind === 0;
  }

  /** Gives again what was taken back here, if that is the next step forward; false: it is the server's. */
  again(project: string): boolean {
    if (!this.holds(project)) return false;
    if (this.behind > 0) {
      this.behind -= 1;
      return false;
    }
    this.steps.pop()?.();
    return true;
  }

  private holds(project: string): boolean {
    return this.project === project && this.steps.length > 0 && this.given === this.counted();
  }

  private begin(project: string): void {
    this.project = project;
    this.steps = [];
    this.behind = 0;
    this.given = this.counted();
  }
}
