import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { SettingsForm as FormData } from "@/api/types";
import { queries } from "@/app/services";
import { same } from "@/forms/schema";
import { Button } from "@/ui/Button";
import { ErrorNote, Skeletons } from "@/ui/States";
import { toasts } from "@/ui/toasts";

const SchemaForm = lazy(() => import("@/forms/SchemaForm"));

interface SettingsFormProps {
  id: string;
  queryKey: readonly unknown[];
  read: () => Promise<FormData>;
  save: (values: Record<string, unknown>) => Promise<FormData>;
  about: string;
}

/** Only what was changed: the rest keeps its origin. */
export function changed(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([key, value]) => !same(value, before[key])));
}

const tidy = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.filter((one) => typeof one !== "string" || one.trim() !== "") : value,
    ]),
  );

export function SettingsForm({ id, queryKey, read, save, about }: SettingsFormProps) {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: read });
  const [edited, setEdited] = useState<Record<string, unknown> | null>(null);
  const store = useMutation({
    mutationFn: save,
    onSuccess: (next) => {
      queries.setQueryData(queryKey, next);
      setEdited(null);
      toasts.say("Settings saved", { tone: "good" });
    },
  });
  if (error && !data) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={8} height={40} />;
  const changes = edited ? changed(data.values, tidy(edited)) : {};
  const dirty = Object.keys(changes).length > 0;
  return (
    <div className="stack settings-form">
      <p className="muted">{about}</p>
      <Suspense fallback={<Skeletons count={8} height={40} />}>
        <SchemaForm
          id={id}
          schema={data.schema}
          value={edited ?? data.values}
          origins={data.origins}
          onChange={(value) => setEdited(value as Record<string, unknown>)}
          onSubmit={(value) => store.mutate(changed(data.values, tidy(value as Record<string, unknown>)))}
        />
      </Suspense>
      {store.error && <ErrorNote error={store.error} />}
      <div className="settings-foot">
        <Button look="primary" type="submit" form={id} disabled={!dirty || store.isPending}>
          Save
        </Button>
        <Button look="quiet" disabled={!dirty} onClick={() => setEdited(null)}>
          Discard
        </Button>
      </div>
    </div>
  );
}
