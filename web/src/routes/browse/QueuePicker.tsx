import { Check, ChevronDown } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { QueueInfo } from "@/api/types";
import { Kbd } from "@/ui/Button";
import { byName, listed } from "./queues";

interface QueuePickerProps {
  queues: readonly QueueInfo[];
  queue: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  onChoose: (name: string) => void;
  /** The menu has closed: where the keys go from here. */
  onClosed: () => void;
}

/** What to look at and why, in groups, with a line about each. */
export function QueuePicker({ queues, queue, open, onOpen, onChoose, onClosed }: QueuePickerProps) {
  const now = byName(queues, queue);
  return (
    <Radix.Root modal={false} open={open} onOpenChange={onOpen}>
      <Radix.Trigger asChild>
        <button
          type="button"
          className="button small queue-button"
          aria-label={`Queue: ${now.title}`}
          title={now.description}
        >
          <span className="muted">Queue</span>
          <b className="ellipsis">{now.title}</b>
          <Kbd>Q</Kbd>
          <ChevronDown size={12} aria-hidden />
        </button>
      </Radix.Trigger>
      <Radix.Portal container={document.querySelector("main")}>
        <Radix.Content
          className="menu queue-menu"
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
        >
          <Radix.RadioGroup value={queue} onValueChange={onChoose}>
            {listed(queues).map((group) => (
              <Radix.Group key={group.title} aria-label={group.title}>
                <Radix.Label className="queue-group">{group.title}</Radix.Label>
                {group.queues.map((one) => (
                  <Radix.RadioItem
                    key={one.name}
                    value={one.name}
                    textValue={one.title}
                    className="menu-item queue-item"
                  >
                    <span className="queue-tick">{one.name === queue && <Check size={14} aria-hidden />}</span>
                    <span className="queue-title">{one.title}</span>
                    <span className="queue-about">{one.description}</span>
                  </Radix.RadioItem>
                ))}
              </Radix.Group>
            ))}
          </Radix.RadioGroup>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
