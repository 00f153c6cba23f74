import type { ObjectFieldTemplatePropertyType } from "@rjsf/utils";
import type { FormContext } from "./SchemaForm";
import { changes, foundWithin, label as labelOf, type Schema } from "./schema";

export function Changed({ count }: { count: number }) {
  if (count === 0) return null;
  return <span className="badge accent">{count} changed</span>;
}

const nameOf = (context: FormContext, path: string): string =>
  context.names[path] ?? labelOf(path.split(".").at(-1) ?? path);

interface PartProps {
  path: string;
  schema: Schema;
  context: FormContext;
  rows: readonly ObjectFieldTemplatePropertyType[];
}

/** A group of settings within a section: its name above its rows. */
export function FormPart({ path, schema, context, rows }: PartProps) {
  if (!foundWithin(context.search, path, schema, context.names)) return <div hidden />;
  const alone = context.groups.some((group) => group.keys.length === 1 && group.keys[0] === path);
  const content = rows.map((row) => row.content);
  if (alone) return <>{content}</>;
  return (
    <fieldset className="form-part">
      <legend>
        {nameOf(context, path)}
        {typeof schema.description === "string" && <span className="muted small">{schema.description}</span>}
      </legend>
      {content}
    </fieldset>
  );
}

interface SectionsProps {
  context: FormContext;
  schema: Schema;
  value: unknown;
  rows: readonly ObjectFieldTemplatePropertyType[];
}

/** The whole form in sections; what no section names stands in the last. */
export function Sections({ context, schema, value, rows }: SectionsProps) {
  const { groups, search, names } = context;
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const values = (value ?? {}) as Record<string, unknown>;
  const named = new Set(groups.flatMap((group) => group.keys));
  const rest = rows.map((row) => row.name).filter((name) => !named.has(name));
  const searching = search.trim() !== "";
  const sections = groups.map((group, at) => {
    const all = at === groups.length - 1 ? [...group.keys, ...rest] : group.keys;
    const keys = all.filter((key) => properties[key] && rows.some((row) => row.name === key));
    return { group, keys, any: keys.some((key) => foundWithin(search, key, properties[key] ?? {}, names)) };
  });
  return (
    <>
      {sections.map(({ group, keys, any }) => {
        if (keys.length === 0) return null;
        const changed = keys.reduce((sum, key) => sum + changes(properties[key] ?? {}, values[key]), 0);
        return (
          <details
            key={`${group.title}${searching ? "?" : ""}`}
            className="form-section"
            open={searching || group.open}
            hidden={!any}
          >
            <summary>
              <h2>{group.title}</h2> <Changed count={changed} />
            </summary>
            <div className="form-rows">
              {(searching || !group.instead) && keys.map((key) => rows.find((row) => row.name === key)?.content)}
              {!searching && group.below}
            </div>
          </details>
        );
      })}
      {searching && sections.every((section) => !section.any) && (
        <p className="muted form-none">No setting is called that.</p>
      )}
    </>
  );
}
