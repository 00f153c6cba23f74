import { Tooltip } from "radix-ui";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

export type Look = "plain" | "primary" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "plain", small, className = "", ...rest }: ButtonProps) {
  return <button type="button" className={`button ${look} ${small ? "small" : ""} ${className}`} {...rest} />;
}

export function Tip({ text, children }: { text: ReactNode; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tooltip" sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

interface IconButtonProps extends ButtonProps {
  /** What it does: read out, and shown on hover. */
  label: string;
  keys?: string;
}

export function IconButton({ label, keys, className = "", look = "quiet", ...rest }: IconButtonProps) {
  return (
    <Tip text={keys ? `${label} (${keys})` : label}>
      <Button aria-label={label} look={look} className={`icon ${className}`} {...rest} />
    </Tip>
  );
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}
