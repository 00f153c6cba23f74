export interface Net {
  readonly name: string;
  readonly family?: string;
  readonly input_px?: number;
  readonly parameters_m?: number;
  readonly description?: string;
}

export interface Family {
  readonly name: string;
  readonly nets: readonly Net[];
}

const plain = (text: string): string => text.toLowerCase().replaceAll(/[\s_.-]+/g, "");

/** Networks whose name, family or description has the words, by family in the order of the list. */
export function families(nets: readonly Net[], search: string): Family[] {
  const words = search.split(/\s+/).map(plain).filter(Boolean);
  const fit = nets.filter((net) => {
    const text = plain(`${net.name} ${net.family ?? ""} ${net.description ?? ""}`);
    return words.every((word) => text.includes(word));
  });
  const out = new Map<string, Net[]>();
  for (const net of fit) {
    const family = net.family ?? "other";
    out.set(family, [...(out.get(family) ?? []), net]);
  }
  return [...out].map(([name, list]) => ({ name, nets: list }));
}
