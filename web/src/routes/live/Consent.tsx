import { Camera, Clock, HardDrive, Volume2 } from "lucide-react";
import type { ReactNode } from "react";
import { agree, whereIs } from "@/live/consent";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";

function Point({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  return (
    <li className="consent-point">
      {icon}
      <div>
        <h3>{title}</h3>
        <p>{children}</p>
      </div>
    </li>
  );
}

/** What happens to what the camera sees, told before anything is seen. */
export function Consent({ onClose }: { onClose: () => void }) {
  const here = whereIs(location.hostname) === "here";
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title="Before anything is watched"
      about="Please read this once. You are asked again only when it changes."
      foot={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button
            look="primary"
            onClick={() => {
              agree();
              onClose();
            }}
          >
            I agree
          </Button>
        </>
      }
    >
      <ul className="consent-points">
        <Point icon={<HardDrive size={18} aria-hidden />} title="Where it is looked at">
          {here ? (
            <>
              By Sightline on <strong>this machine</strong>. Pictures do not leave it.
            </>
          ) : (
            <>
              By the Sightline server <strong>{location.host}</strong>: pictures travel there from this browser, and go
              nowhere else.
            </>
          )}
        </Point>
        <Point icon={<Camera size={18} aria-hidden />} title="What is sent">
          The camera: single pictures while you watch, never sound. A clip or picture: the file that you choose. Regions
          that you cover are covered before a camera’s picture leaves this browser.
        </Point>
        <Point icon={<Clock size={18} aria-hidden />} title="What is kept">
          Of a camera, no picture: only the texts, with the places of what was seen. Of a clip, the file, for as long as
          you choose; blurring is done before it is stored. You can erase everything at any time.
        </Point>
        <Point icon={<Volume2 size={18} aria-hidden />} title="What else">
          Speech, if you turn it on, is your browser’s; some browsers have texts spoken by a service of their maker. Ask
          whoever else can be seen. Descriptions may be wrong: do not rely on them for safety.
        </Point>
      </ul>
    </Dialog>
  );
}
