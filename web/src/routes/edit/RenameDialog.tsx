import { useMutation, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { announce, queries } from "@/app/services";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { count, many } from "@/ui/format";
import { ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";

const FIELDS: readonly [string, string][] = [
  ["{name}", "the file's own name"],
  ["{n:4}", "counts all, four digits"],
  ["{k:3}", "counts within a class"],
  ["{class}", "its class"],
  ["{tags}", "its tags"],
  ["{split}", "train, val or test"],
  ["{id}", "its number"],
];

interface Props {
  project: string;
  view: string;
  size: number;
  /** Resolves once the pictures are shown as they are now, so that what is done next is not refused. */
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** Names by a pattern, for builds and exports: a look at them first. */
export function RenameDialog({ project, view, size, onDone, onClose }: Props) {
  const [pattern, setPattern] = useState("{class}_{k:4}");
  const [start, setStart] = useState(1);
  const asked = useDeferredValue(JSON.stringify({ pattern, start }));
  const looked = useQuery({
    queryKey: ["names", project, view, asked],
    queryFn: () =>
      api.rename(project, { ...(JSON.parse(asked) as { pattern: string; start: number }), view, dry_run: true }),
    staleTime: 0,
    retry: false,
    placeholderData: (before) => before,
  });
  const found = looked.error ? undefined : looked.data;
  const twice = found?.collisions ?? [];
  const rename = useMutation({
    mutationFn: () => api.rename(project, { pattern, start, view, expect: found?.changed ?? 0 }),
    onSuccess: async (done) => {
      void queries.invalidateQueries({ queryKey: keys.images });
      void queries.invalidateQueries({ queryKey: keys.journal(project) });
      await onDone();
      toasts.say(done.description);
      announce(done.description);
      onClose();
    },
  });
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={`Name ${many(size, "picture")}`}
      about="The names count in builds and exports; the files keep theirs. It is one undo step."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={!found || twice.length > 0 || found.changed === 0 || rename.isPending}
            onClick={() => rename.mutate()}
          >
            {found ? `Rename ${many(found.changed, "picture")}` : "Rename"}
          </Button>
        </>
      }
    >
      <div className="rename-fields">
        <div className="field grow">
          <label htmlFor="rename-pattern">Pattern; empty: the files' own names</label>
          <input
            id="rename-pattern"
            className="input mono"
            value={pattern}
            autoComplete="off"
            spellCheck={false}
            aria-invalid={looked.isError || twice.length > 0}
            onChange={(event) => setPattern(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor="rename-start">Count from</label>
          <input
            id="rename-start"
            className="input"
            type="number"
            min={0}
            value={start}
            onChange={(event) => setStart(Math.max(0, Math.floor(Number(event.target.value))))}
          />
        </div>
      </div>
      <div className="rename-tokens" role="group" aria-label="Add to the pattern">
        {FIELDS.map(([field, about]) => (
          <Button key={field} small title={about} onClick={() => setPattern((now) => now + field)}>
            <code>{field}</code>
          </Button>
        ))}
      </div>
      {looked.error && <ErrorNote error={looked.error} />}
      {twice.length > 0 && (
        <p className="note bad small" role="alert">
          {many(twice.length, "name")} would be there twice: {twice.slice(0, 5).join(", ")}. Add a counter.
        </p>
      )}
      {found && found.names.length > 0 && (
        <div className="scroll rename-list" tabIndex={0} role="region" aria-label="Names">
          <table className="data">
            <thead>
              <tr>
                <th scope="col">Now</th>
                <th scope="col">Then</th>
              </tr>
            </thead>
            <tbody>
              {found.names.map((one) => (
                <tr key={one.image_id}>
                  <td className="mono muted">{one.before}</td>
                  <td className="mono">{one.after}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found && found.count > found.names.length && (
        <p className="muted small">… and {count(found.count - found.names.length)} more</p>
      )}
      {rename.error && <ErrorNote error={rename.error} />}
    </Dialog>
  );
}
