import { Fragment } from "react";
import { Kbd } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { SHEET } from "./keymap";

export default function KeySheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Keys" wide>
      <div className="keysheet">
        {SHEET.map((section) => (
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
