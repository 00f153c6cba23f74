/** A JSON Schema as the server sends it (2020-12, made by pydantic). */
export type Schema = Record<string, unknown>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNull = (schema: unknown): boolean => isSchema(schema) && schema.type === "null";

/**
 * The same schema, easier to draw: `anyOf: [X, null]` becomes X that may be null, a reference is replaced by what it
 * names, and `const` by an enum of one.
 */
export function plain(schema: Schema, root: Schema = schema): Schema {
  const named = typeof schema.$ref === "string" ? lookUp(root, schema.$ref) : null;
  const own: Schema = named ? { ...named, ...without(schema, "$ref") } : { ...schema };
  const parts = Array.isArray(own.anyOf) ? own.anyOf : null;
  if (parts?.length === 2 && parts.some(isNull)) {
    const other: unknown = parts.find((part) => !isNull(part));
    if (isSchema(other)) {
      const inner = plain(other, root);
      return plain({ ...inner, ...without(own, "anyOf"), type: [inner.type, "null"], nullable: true }, root);
    }
  }
  if ("const" in own && !("enum" in own)) own.enum = [own.const];
  if (isSchema(own.properties)) {
    own.properties = Object.fromEntries(
      Object.entries(own.properties).map(([key, value]) => [key, isSchema(value) ? plain(value, root) : value]),
    );
  }
  if (isSchema(own.items)) own.items = plain(own.items, root);
  return schema === root ? without(own, "$defs") : own;
}

function lookUp(root: Schema, ref: string): Schema | null {
  let found: unknown = root;
  for (const part of ref.replace(/^#\//, "").split("/")) {
    if (!isSchema(found)) return null;
    found = found[part.replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return isSchema(found) ? found : null;
}

const without = (schema: Schema, key: string): Schema =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== key));

/** The values that a schema starts with. */
export function defaults(schema: Schema): unknown {
  const own = isSchema(schema.properties)
    ? Object.fromEntries(
        Object.entries(schema.properties).flatMap(([key, value]) => {
          const inner = isSchema(value) ? defaults(value) : undefined;
          return inner === undefined ? [] : [[key, inner] as const];
        }),
      )
    : undefined;
  if (own && isSchema(schema.default)) return { ...own, ...schema.default };
  return own ?? schema.default;
}

/** The same schema with other defaults: what suits the data takes their place. */
export function rebase(schema: Schema, values: unknown): Schema {
  if (values === undefined) return schema;
  if (!isSchema(schema.properties) || !isSchema(values)) return { ...schema, default: values };
  const properties = Object.entries(schema.properties).map(
    ([key, inner]) => [key, isSchema(inner) ? rebase(inner, values[key]) : inner] as const,
  );
  return { ...without(schema, "default"), properties: Object.fromEntries(properties) };
}

/** `batch_size` -> `Batch size`; words that are names keep their capitals. */
export function label(key: string): string {
  const words = key
    .replace(/_per_s$/, " per second")
    .replace(/_(px|s|ms|mb|mp)$/, "")
    .replaceAll("_", " ");
  const named = words.replaceAll(/\b(ema|amp|lr|url|onnx)\b/g, (word) => word.toUpperCase());
  return named.charAt(0).toUpperCase() + named.slice(1);
}

/** How to draw what has no plain control: lists of words as lines. */
export function drawing(schema: Schema): Schema {
  if (!isSchema(schema.properties)) return {};
  return Object.fromEntries(
    Object.entries(schema.properties).flatMap(([key, value]) => {
      if (!isSchema(value)) return [];
      if (value.type === "array" && isSchema(value.items) && value.items.type === "string") {
        return [[key, { "ui:field": "Lines" }] as const];
      }
      if (value.secret === true) return [[key, { "ui:widget": "password" }] as const];
      const inner = drawing(value);
      return Object.keys(inner).length > 0 ? [[key, inner] as const] : [];
    }),
  );
}

/** True when two values are the same, however deep. */
export const same = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

const stable = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    isSchema(inner) ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => x.localeCompare(y))) : inner,
  );

/** How many leaves of a value differ from the schema's defaults. */
export function changes(schema: Schema, value: unknown): number {
  if (isSchema(schema.properties)) {
    const values = isSchema(value) ? value : {};
    const inherited = isSchema(schema.default) ? schema.default : {};
    return Object.entries(schema.properties).reduce((sum, [key, inner]) => {
      if (!isSchema(inner)) return sum;
      const start = key in inherited ? { ...inner, default: inherited[key] } : inner;
      return sum + changes(start, values[key]);
    }, 0);
  }
  return value === undefined || same(value, schema.default) ? 0 : 1;
}

/** True when all words of a search are in a field's key, name, meaning or choices. */
export function found(search: string, path: string, name: string, schema: Schema): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const choices = Array.isArray(schema.enum) ? schema.enum.join(" ") : "";
  const about = typeof schema.description === "string" ? schema.description : "";
  const text = `${path} ${name} ${about} ${choices}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** True when a search finds any field of a schema. */
export function foundWithin(
  search: string,
  path: string,
  schema: Schema,
  names: Readonly<Record<string, string>>,
): boolean {
  if (isSchema(schema.properties)) {
    return Object.entries(schema.properties).some(
      ([key, inner]) => isSchema(inner) && foundWithin(search, path === "" ? key : `${path}.${key}`, inner, names),
    );
  }
  return found(search, path, names[path] ?? label(path.split(".").at(-1) ?? path), schema);
}
