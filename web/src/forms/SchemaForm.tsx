import Form from "@rjsf/core/lib/components/Form.js";
import type { RegistryWidgetsType, UiSchema } from "@rjsf/utils";
import { useMemo, type ReactNode } from "react";
import { drawing, plain, rebase, type Schema } from "./schema";
import { fields, templates, widgets } from "./parts";
import { nested, validator } from "./validator";
import "./forms.css";

/** A section of a form: top-level keys that belong together. */
export interface FormGroup {
  readonly title: string;
  readonly keys: readonly string[];
  readonly open?: boolean;
  /** What stands below the fields: a preview for one. */
  readonly below?: ReactNode;
  /** What stands below has controls of its own: the fields show only when one searches. */
  readonly instead?: boolean;
}

export interface FormContext {
  /** Keys shown at once; the others wait behind "Advanced". Empty: all are shown. */
  readonly first: readonly string[];
  /** Groups that are open from the start. */
  readonly open: readonly string[];
  /** Where each value came from. */
  readonly origins: Readonly<Record<string, string>>;
  /** Sections; keys that none names go to the last. None: `first` rules. */
  readonly groups: readonly FormGroup[];
  /** Only fields whose name or meaning has these words. */
  readonly search: string;
  /** Names of fields by their dotted key, where the key alone would not be understood. */
  readonly names: Readonly<Record<string, string>>;
}

interface SchemaFormProps {
  id: string;
  schema: Schema;
  value: unknown;
  onChange: (value: unknown) => void;
  onSubmit: (value: unknown) => void;
  first?: readonly string[];
  open?: readonly string[];
  /** Values that suit the data; what differs from them counts as changed. */
  baseline?: unknown;
  origins?: Readonly<Record<string, string>>;
  groups?: readonly FormGroup[];
  search?: string;
  names?: Readonly<Record<string, string>>;
  /** What the server found wrong, by dotted key. */
  problems?: readonly { readonly key: string; readonly message: string }[];
  /** Controls of its own for fields that name them. */
  controls?: RegistryWidgetsType;
  /** More to say about how fields are drawn. */
  ui?: UiSchema;
  disabled?: boolean;
  children?: ReactNode;
}

const nothing: readonly never[] = [];
const nobody: Readonly<Record<string, string>> = {};

/** Opens the group in which something is wrong, and goes there. */
function showFirstError(id: string): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(`#${CSS.escape(id)} [aria-invalid="true"]`);
    for (let at = field?.parentElement; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true;
    field?.focus();
  });
}

/** A form from a JSON Schema: the same one that file, command line and API are checked against. */
export default function SchemaForm({
  id,
  schema,
  value,
  onChange,
  onSubmit,
  first = nothing,
  open = nothing,
  baseline,
  origins = nobody,
  groups = nothing,
  search = "",
  names = nobody,
  problems = nothing,
  controls,
  ui,
  disabled,
  children,
}: SchemaFormProps) {
  const drawn = useMemo(() => rebase(plain(schema), baseline), [schema, baseline]);
  const uiSchema = useMemo(() => ({ ...drawing(drawn), ...ui }), [drawn, ui]);
  const context = useMemo<FormContext>(
    () => ({ first, open, origins, groups, search, names }),
    [first, open, origins, groups, search, names],
  );
  const told = useMemo(() => nested(problems), [problems]);
  const known = useMemo(() => ({ ...widgets, ...controls }), [controls]);
  return (
    <Form
      id={id}
      idPrefix={id}
      className="schema-form"
      schema={drawn}
      uiSchema={uiSchema}
      formData={value}
      formContext={context}
      validator={validator}
      templates={templates}
      widgets={known}
      extraErrors={told}
      fields={fields}
      disabled={disabled}
      liveValidate="onBlur"
      showErrorList={false}
      noHtml5Validate
      onChange={(event) => onChange(event.formData)}
      onSubmit={(event) => onSubmit(event.formData)}
      onError={() => showFirstError(id)}
    >
      {children ?? <span />}
    </Form>
  );
}
