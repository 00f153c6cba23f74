/** What a person has chosen of assists; kept in the browser. */
import { kept } from "@/app/kept";
import { Store } from "@/app/store";
import { FORMS, type Form } from "./words";

export interface Choice {
  /** Name of a segmenter; auto: as the server's settings say. */
  readonly engine: string;
  /** What becomes of a rough box. */
  readonly ofBox: Form;
  /** What becomes of clicks. */
  readonly ofClick: Form;
  /** Encode pictures before they are asked about. */
  readonly ahead: boolean;
}

const KEY = "sightline.assist";
const DEFAULT: Choice = { engine: "auto", ofBox: "box", ofClick: "polygon", ahead: true };
const isForm = (value: unknown): value is Form => FORMS.some(({ form }) => form === value);

export function readChoice(text: string | null): Choice {
  try {
    const found = JSON.parse(text ?? "null") as Partial<Record<keyof Choice, unknown>> | null;
    return {
      engine: typeof found?.engine === "string" ? found.engine : DEFAULT.engine,
      ofBox: isForm(found?.ofBox) ? found.ofBox : DEFAULT.ofBox,
      ofClick: isForm(found?.ofClick) ? found.ofClick : DEFAULT.ofClick,
      ahead: typeof found?.ahead === "boolean" ? found.ahead : DEFAULT.ahead,
    };
  } catch {
    return DEFAULT;
  }
}

export const choice = new Store<Choice>(readChoice(kept.read(KEY)));

export function choose(change: Partial<Choice>): void {
  choice.set({ ...choice.get(), ...change });
  kept.write(KEY, JSON.stringify(choice.get()));
}
