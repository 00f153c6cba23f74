/** Keeps the last few of something by key: what was there is found again, and what falls off is let go. */
export class Shelf<T> {
  private readonly kept = new Map<string, T>();

  constructor(
    private readonly most: number,
    private readonly letGo: (one: T) => void = () => undefined,
  ) {}

  get(key: string): T | undefined {
    return this.kept.get(key);
  }

  put(key: string, one: T): void {
    const before = this.kept.get(key);
    if (before !== undefined && before !== one) this.letGo(before);
    this.kept.delete(key);
    this.kept.set(key, one);
    for (const [oldest, value] of this.kept) {
      if (this.kept.size <= this.most) return;
      this.kept.delete(oldest);
      this.letGo(value);
    }
  }
}
