import { ContextMenu as Context, DropdownMenu as Dropdown } from "radix-ui";
import type { ReactNode } from "react";

export interface MenuItem {
  label: string;
  icon?: ReactNode;
  onSelect: () => void;
  danger?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or what it does: a line below its name. */
  hint?: string;
  /** The key that does the same. */
  keys?: string;
  /** Draws a line above. */
  apart?: boolean;
}

/** The two kinds of menu of the library are drawn alike. */
interface Kit {
  Item: typeof Dropdown.Item | typeof Context.Item;
  Separator: typeof Dropdown.Separator | typeof Context.Separator;
}

function Rows({ kit: { Item, Separator }, items }: { kit: Kit; items: readonly MenuItem[] }) {
  return items.map((item) => (
    <div key={item.label}>
      {item.apart && <Separator className="menu-line" />}
      <Item
        className={item.danger ? "menu-item danger" : "menu-item"}
        disabled={item.disabled}
        onSelect={item.onSelect}
      >
        {item.icon}
        <span className="menu-words">
          {item.label}
          {item.hint && <span className="menu-hint">{item.hint}</span>}
        </span>
        {item.keys && <kbd className="kbd">{item.keys}</kbd>}
      </Item>
    </div>
  ));
}

interface MenuProps {
  trigger: ReactNode;
  items: readonly MenuItem[];
  align?: "start" | "end";
  onOpen?: () => void;
}

export function Menu({ trigger, items, align = "end", onOpen }: MenuProps) {
  return (
    <Dropdown.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <Dropdown.Trigger asChild>{trigger}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content className="menu" align={align} sideOffset={4} collisionPadding={8}>
          <Rows kit={Dropdown} items={items} />
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

interface ContextMenuProps {
  /** What is pressed with the other button, held, or left with the menu key: one element. */
  children: ReactNode;
  label: string;
  items: readonly MenuItem[];
  onOpen?: () => void;
}

/** The menu of a thing, where the pointer is: what its button of three dots offers as well. */
export function ContextMenu({ children, label, items, onOpen }: ContextMenuProps) {
  return (
    <Context.Root modal={false} onOpenChange={(open) => open && onOpen?.()}>
      <Context.Trigger asChild>{children}</Context.Trigger>
      <Context.Portal>
        <Context.Content className="menu" aria-label={label} collisionPadding={8}>
          <Rows kit={Context} items={items} />
        </Context.Content>
      </Context.Portal>
    </Context.Root>
  );
}
