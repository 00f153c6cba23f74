import type { Filter, Item, NewView, QueueInfo } from "@/api/types";
import { noOptions, type Asked, type Options } from "./asked";

export type Group = QueueInfo["group"];
export type Option = keyof Options;

export const GROUPS: readonly { readonly name: Group; readonly title: string }[] = [
  { name: "learn", title: "Learn: what teaches most" },
  { name: "check", title: "Check: what may be wrong" },
  { name: "look", title: "Look: what there is" },
];

/** The queue that is there before the server has told of any. */
const first: QueueInfo = {
  name: "all",
  title: "All",
  description: "Every image, in the order of arrival",
  group: "look",
  needs: [],
  options: [],
};

export const byName = (queues: readonly QueueInfo[] | undefined, name: string): QueueInfo =>
  queues?.find((queue) => queue.name === name) ?? { ...first, name, title: name === "all" ? first.title : name };

/** The picker's list: what needs pictures chosen first is reached from the pictures, not from the list. */
export const listed = (queues: readonly QueueInfo[]): readonly { title: string; queues: readonly QueueInfo[] }[] =>
  GROUPS.map(({ name, title }) => ({
    title,
    queues: queues.filter((queue) => queue.group === name && !queue.options.includes("images")),
  })).filter((group) => group.queues.length > 0);

/** The parts of a filter that leave something out. */
const said = (filter: Filter): Partial<Filter> =>
  Object.fromEntries(
    Object.entries(filter).filter(
      ([, value]) =>
        value !== null && (typeof value !== "object" || "method" in value || value.length > 0) && value !== "",
    ),
  );

/** What is sent for a view: nothing that was not chosen, so that the server's own choice holds. */
export function toBody({ queue, filter, seed, options }: Asked): NewView {
  const body: NewView = { queue, filter: said(filter) };
  if (seed !== null) body.seed = seed;
  if (options.band) body.band = [...options.band];
  if (options.class_id !== null) body.class_id = options.class_id;
  if (options.measure) body.measure = options.measure;
  if (options.method) body.method = options.method;
  if (options.against) body.against = options.against;
  if (options.images.length > 0) body.images = [...options.images];
  if (options.text.trim() !== "") body.text = options.text.trim();
  if (options.run !== "") body.run = options.run;
  if (options.evaluation !== "") body.evaluation = options.evaluation;
  if (options.error !== "") body.error = options.error;
  return body;
}

/** True when the queue cannot answer before something is said: words to look for, pictures to compare with. */
export function incomplete({ queue, options }: Asked): boolean {
  return (queue === "text" && options.text.trim() === "") || (queue === "similar" && options.images.length === 0);
}

/** Whether anything is told to the queue that it does not have by itself. */
export const isPlain = (options: Options): boolean =>
  (Object.keys(noOptions) as Option[]).every((key) =>
    key === "images" ? options.images.length === 0 : options[key] === noOptions[key],
  );

const SCORES: Readonly<Record<string, (score: number) => string>> = {
  similar: (score) => (score < 0.0005 ? "same" : score.toFixed(score < 0.1 ? 3 : 2)),
  "near-duplicates": (score) => score.toFixed(3),
  oddities: (score) => score.toFixed(2),
  text: (score) => score.toFixed(2),
};

/** A score as a tile shows it, in queues where the number itself says something. */
export function scoreText(queue: string, item: Pick<Item, "score">): string | null {
  const write = SCORES[queue];
  return write && item.score !== null && Number.isFinite(item.score) ? write(item.score) : null;
}
