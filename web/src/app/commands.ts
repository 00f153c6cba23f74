import { useEffect, useSyncExternalStore } from "react";
import { Store } from "./store";

/** Something that the palette can do. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly section: string;
  readonly keys?: string;
  readonly run: () => void;
}

const registered = new Store<ReadonlyMap<string, readonly Command[]>>(new Map());

/** Offers commands in the palette for as long as the component is there. `owner` names the component. */
export function useCommands(owner: string, commands: readonly Command[]): void {
  useEffect(() => {
    registered.set(new Map(registered.get()).set(owner, commands));
    return () => {
      const rest = new Map(registered.get());
      rest.delete(owner);
      registered.set(rest);
    };
  }, [owner, commands]);
}

export const useAllCommands = (): readonly Command[] =>
  [...useSyncExternalStore(registered.subscribe, registered.get).values()].flat();
