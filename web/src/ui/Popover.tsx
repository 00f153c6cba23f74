import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

export function Popover({ trigger, label, children }: { trigger: ReactNode; label: string; children: ReactNode }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className="popover" aria-label={label} sideOffset={6} collisionPadding={12} align="end">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
