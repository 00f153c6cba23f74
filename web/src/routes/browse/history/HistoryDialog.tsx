import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { ago } from "@/ui/format";
import { ErrorNote, Skeletons } from "@/ui/States";
import "./history.css";

const PAGE = 50;

/** Every change of a project, newest first; one's own newest is what undo takes back. */
export function HistoryDialog({ project, onClose }: { project: string; onClose: () => void }) {
  const [person, setPerson] = useState("");
  const people = useQuery({ queryKey: keys.people(project), queryFn: () => api.people(project) });
  const pages = useInfiniteQuery({
    queryKey: keys.history(project, person),
    queryFn: ({ pageParam }) => api.history(project, { limit: PAGE, before: pageParam, person }),
    initialPageParam: 0,
    getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.seq : undefined),
  });
  const rows = pages.data?.pages.flat() ?? [];
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="History"
      about="Everything that people and imports have changed. Nothing is ever taken out of it: what was undone is struck through."
      foot={<Button onClick={onClose}>Close</Button>}
    >
      <div className="field">
        <label htmlFor="history-person">Person</label>
        <select
          id="history-person"
          className="input"
          value={person}
          onChange={(event) => setPerson(event.target.value)}
        >
          <option value="">everybody</option>
          {(people.data ?? []).map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      {pages.error && <ErrorNote error={pages.error} onRetry={() => void pages.refetch()} />}
      {pages.isPending && <Skeletons count={5} height={28} />}
      {pages.data && rows.length === 0 && <p className="muted">Nothing has been changed yet.</p>}
      {rows.length > 0 && (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, also by keys
        <div className="history-list" role="group" aria-label="Changes" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.seq} className={row.undone ? "undone" : ["undo", "redo"].includes(row.kind) ? "turn" : ""}>
                  <td title={row.at}>{ago(row.at)}</td>
                  <td>{row.actor}</td>
                  <td>
                    <span>{row.description}</span>
                    {row.undone && <span className="muted small"> undone</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {pages.hasNextPage && (
            <div className="history-foot">
              <Button small disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                Older changes
              </Button>
            </div>
          )}
        </div>
      )}
    </Dialog>
  );
}
