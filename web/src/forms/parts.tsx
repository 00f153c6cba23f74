import type {
  BaseInputTemplateProps,
  FieldProps,
  FieldTemplateProps,
  ObjectFieldTemplateProps,
  RJSFSchema,
  TemplatesType,
  WidgetProps,
} from "@rjsf/utils";
import type { ComponentType } from "react";
import type { FormContext } from "./SchemaForm";
import { changes, found, label as labelOf, type Schema } from "./schema";
import { Changed, FormPart, Sections } from "./Sections";

type Context = FormContext | undefined;

const unitOf = (schema: RJSFSchema): string => (typeof schema.unit === "string" ? schema.unit : "");
const nameOf = (id: string): string => id.split("_").slice(1).join("_");

/** One row: name and unit, the control, what it means, what is wrong. */
function Field({
  id,
  schema,
  label,
  children,
  rawErrors,
  rawDescription,
  hidden,
  registry,
  fieldPathId,
}: FieldTemplateProps) {
  if (hidden) return <div hidden>{children}</div>;
  if (schema.type === "object") return <>{children}</>;
  const path = fieldPathId.path;
  const key = String(path.at(-1) ?? label);
  const context = registry.formContext as Context;
  const name = context?.names[path.join(".")] ?? labelOf(key);
  if (context && !found(context.search, path.join("."), name, schema)) return <div hidden>{children}</div>;
  const origin = path.length === 1 ? context?.origins[key] : undefined;
  const unit = unitOf(schema);
  const flag = schema.type === "boolean";
  return (
    <div className={flag ? "form-row flag" : "form-row"}>
      <div className="form-label">
        <label htmlFor={id}>{name}</label>
        {unit && <span className="muted small"> {unit}</span>}
        {origin && origin !== "default" && <span className="badge">{origin}</span>}
      </div>
      <div className="form-control">
        {children}
        {rawDescription && (
          <p className="muted small" id={`${id}__about`}>
            {rawDescription}
          </p>
        )}
        {rawErrors?.map((error) => (
          <p key={error} className="form-error small" role="alert">
            {error}
          </p>
        ))}
      </div>
    </div>
  );
}

function ObjectTemplate({ fieldPathId, properties, schema, formData, registry }: ObjectFieldTemplateProps) {
  const context = registry.formContext as Context;
  const shown = properties.filter((property) => !property.hidden);
  if (context && context.groups.length > 0) {
    const path = fieldPathId.path.join(".");
    if (path !== "") return <FormPart path={path} schema={schema} context={context} rows={shown} />;
    return <Sections context={context} schema={schema} value={formData as unknown} rows={shown} />;
  }
  if (fieldPathId.path.length > 0) {
    const key = String(fieldPathId.path.at(-1));
    return (
      <details className="form-group" open={context?.open.includes(key)}>
        <summary>
          {labelOf(key)} <Changed count={changes(schema, formData)} />
          {schema.description && <span className="muted small">{schema.description}</span>}
        </summary>
        <div className="form-rows">{shown.map((property) => property.content)}</div>
      </details>
    );
  }
  const first = context?.first ?? [];
  if (first.length === 0) return <div className="form-rows">{shown.map((property) => property.content)}</div>;
  const place = (name: string) => first.indexOf(name);
  const early = shown.filter(({ name }) => place(name) >= 0).sort((a, b) => place(a.name) - place(b.name));
  const late = shown.filter(({ name }) => place(name) < 0);
  const properties_ = schema.properties as Record<string, Schema> | undefined;
  const values = (formData ?? {}) as Record<string, unknown>;
  const lateChanges = late.reduce((sum, { name }) => sum + changes(properties_?.[name] ?? {}, values[name]), 0);
  return (
    <>
      <div className="form-rows">{early.map((property) => property.content)}</div>
      {late.length > 0 && (
        <details className="form-advanced">
          <summary>
            Advanced <Changed count={lateChanges} />
          </summary>
          <div className="form-rows">{late.map((property) => property.content)}</div>
        </details>
      )}
    </>
  );
}

/** What a field typed into sends: numbers as numbers, nothing as null where that is allowed. */
function parse(text: string, schema: RJSFSchema, emptyValue: unknown): unknown {
  if (text === "") return schema.nullable === true ? null : (emptyValue ?? (schema.type === "string" ? "" : undefined));
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes("integer") || types.includes("number")) {
    const number = Number(text);
    return Number.isNaN(number) ? text : number;
  }
  return text;
}

function BaseInput(props: BaseInputTemplateProps) {
  const { id, schema, disabled, readonly, onChange, onBlur, onFocus, options, rawErrors, required } = props;
  const type = props.type as unknown;
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  const numeric = types.includes("integer") || types.includes("number");
  const examples = Array.isArray(schema.examples) ? schema.examples.map(String) : [];
  const shown = props.value as unknown;
  return (
    <>
      <input
        id={id}
        name={id}
        className={numeric ? "input num-input" : "input"}
        type={typeof type === "string" ? type : numeric ? "number" : "text"}
        step={types.includes("integer") ? 1 : "any"}
        min={schema.minimum}
        max={schema.maximum}
        value={typeof shown === "string" || typeof shown === "number" ? shown : ""}
        placeholder={schema.nullable === true ? "none" : undefined}
        disabled={disabled ?? readonly}
        required={required}
        autoComplete="off"
        spellCheck={false}
        list={examples.length > 0 ? `${id}__examples` : undefined}
        aria-invalid={(rawErrors?.length ?? 0) > 0}
        aria-describedby={`${id}__about`}
        onChange={(event) => onChange(parse(event.target.value, schema, options.emptyValue))}
        onBlur={(event) => onBlur(id, event.target.value)}
        onFocus={(event) => onFocus(id, event.target.value)}
      />
      {examples.length > 0 && (
        <datalist id={`${id}__examples`}>
          {examples.map((example) => (
            <option key={example} value={example} />
          ))}
        </datalist>
      )}
    </>
  );
}

function Select(props: WidgetProps) {
  const { id, options, disabled, onChange, schema } = props;
  const value = props.value as unknown;
  const choices = options.enumOptions ?? [];
  const at = choices.findIndex((choice) => choice.value === value);
  return (
    <select
      id={id}
      className="input"
      value={at}
      disabled={disabled}
      aria-describedby={`${id}__about`}
      onChange={(event) =>
        onChange(choices[Number(event.target.value)]?.value ?? (schema.nullable === true ? null : undefined))
      }
    >
      {at < 0 && <option value={-1}>choose</option>}
      {choices.map((choice, i) => (
        <option key={choice.label} value={i}>
          {choice.label}
        </option>
      ))}
    </select>
  );
}

function Checkbox({ id, value, disabled, onChange }: WidgetProps) {
  return (
    <input
      id={id}
      type="checkbox"
      className="form-check"
      checked={value === true}
      disabled={disabled}
      aria-describedby={`${id}__about`}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

function Lines({ fieldPathId, formData, onChange, disabled, schema }: FieldProps) {
  const words = Array.isArray(formData) ? formData.map(String) : [];
  const id = fieldPathId.$id;
  return (
    <div className="form-row">
      <div className="form-label">
        <label htmlFor={id}>{labelOf(nameOf(id))}</label>
      </div>
      <div className="form-control">
        <textarea
          id={id}
          className="input mono"
          rows={Math.max(2, words.length + 1)}
          value={words.join("\n")}
          disabled={disabled}
          placeholder="one per line"
          aria-describedby={`${id}__about`}
          onChange={(event) =>
            onChange(event.target.value === "" ? [] : event.target.value.split("\n"), fieldPathId.path)
          }
        />
        <p className="muted small" id={`${id}__about`}>
          {schema.description}
        </p>
      </div>
    </div>
  );
}

const Nothing: ComponentType = () => null;

export const templates: Partial<TemplatesType> = {
  FieldTemplate: Field,
  ObjectFieldTemplate: ObjectTemplate,
  BaseInputTemplate: BaseInput,
  DescriptionFieldTemplate: Nothing,
  TitleFieldTemplate: Nothing,
};
export const widgets = { SelectWidget: Select, CheckboxWidget: Checkbox };
export const fields = { Lines };
