import { Fragment } from "react";
import { Kbd } from "@/ui/Button";
import { LIVE_SHEET } from "@/live/keys";
import { Dialog } from "@/ui/Dialog";
import { useBindings } from "./bindings";
import { useDrawBindings } from "./drawBindings";
import { drawSheet } from "./drawKeys";
import { sheet } from "./keymap";

/** The page that is open comes first: its keys are the ones that are looked for. */
function useSheet() {
  const browsing = sheet(useBindings());
  const annotate = { title: "Annotate", rows: drawSheet(useDrawBindings()) };
  const live = { title: "Live", rows: LIVE_SHEET };
  if (location.pathname.includes("/annotate")) return [annotate, ...browsing, live];
  return location.pathname === "/live" ? [live, ...browsing, annotate] : [...browsing, annotate, live];
}

export function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Keys" wide>
      {/* Longer than a small screen: the arrow keys must be able to scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="keysheet" role="group" aria-label="All keys" tabIndex={0}>
        {useSheet().map((section) => (
          <section key={section.title}>
            <h3>{section.title}</h3>
            <dl>
              {section.rows.map((row) => (
                <Fragment key={row.means}>
                  <dt>
                    {row.keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dt>
                  <dd>{row.means}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
