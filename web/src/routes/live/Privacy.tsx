import { ShieldCheck } from "lucide-react";
import { takeBack, whereIs, type Consent } from "@/live/consent";
import { Button } from "@/ui/Button";
import { Popover } from "@/ui/Popover";

/** What was agreed to, and the way back. */
export function Privacy({ given, onRead }: { given: Consent; onRead: () => void }) {
  const here = whereIs(location.hostname) === "here";
  return (
    <Popover
      label="Privacy"
      trigger={
        <Button look="quiet">
          <ShieldCheck size={16} aria-hidden /> Privacy
        </Button>
      }
    >
      <div className="stack live-privacy">
        <p>
          Pictures are looked at {here ? "on this machine" : `by the server ${location.host}`}. You agreed in this
          browser on {given.at.slice(0, 10)}.
        </p>
        <div className="row">
          <Button small onClick={onRead}>
            Read it again
          </Button>
          <Button small look="danger" onClick={takeBack}>
            Take it back
          </Button>
        </div>
      </div>
    </Popover>
  );
}
