import { Validator, type Schema as CfSchema } from "@cfworker/json-schema";
import type { ErrorSchema, RJSFSchema, RJSFValidationError, ValidatorType } from "@rjsf/utils";

/**
 * Checks forms without making code at run time: the page's Content-Security-Policy forbids `eval`, which the usual
 * validator needs.
 */
const known = new WeakMap<object, Validator>();

function validatorFor(schema: RJSFSchema): Validator {
  const ready = known.get(schema);
  if (ready) return ready;
  const made = new Validator(schema as unknown as CfSchema, "2020-12", false);
  known.set(schema, made);
  return made;
}

/** `#/model/name` -> ["model", "name"]. */
const pathOf = (pointer: string): string[] =>
  pointer
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));

/** Keywords that only say that something within is wrong. */
const OUTER = new Set(["properties", "items", "$ref", "allOf", "anyOf", "additionalProperties"]);

function read(schema: RJSFSchema, data: unknown): RJSFValidationError[] {
  const { errors } = validatorFor(schema).validate(data);
  return errors
    .filter((error) => !OUTER.has(error.keyword))
    .map((error) => {
      const path = pathOf(error.instanceLocation);
      return {
        name: error.keyword,
        property: path.length > 0 ? `.${path.join(".")}` : "",
        message: error.error,
        stack: `${path.join(".")}: ${error.error}`,
      };
    });
}

function nest(errors: readonly RJSFValidationError[]): ErrorSchema {
  const root: ErrorSchema = {};
  for (const error of errors) {
    let at = root as Record<string, ErrorSchema> & ErrorSchema;
    for (const part of (error.property ?? "").split(".").filter(Boolean)) {
      at = (at[part] ??= {}) as typeof at;
    }
    at.__errors = [...(at.__errors ?? []), error.message ?? "is not valid"];
  }
  return root;
}

export const validator: ValidatorType = {
  validateFormData: (data, schema) => {
    const errors = read(schema, data);
    return { errors, errorSchema: nest(errors) };
  },
  isValid: (schema, data) => read(schema, data).length === 0,
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the library's own signature
  rawValidation: <Result>(schema: RJSFSchema, data?: unknown) => ({ errors: read(schema, data) as Result[] }),
};

/** What somebody else found wrong, as the form takes it. */
export const nested = (problems: readonly { readonly key: string; readonly message: string }[]): ErrorSchema =>
  nest(problems.map(({ key, message }) => ({ property: `.${key}`, message, stack: message })));
