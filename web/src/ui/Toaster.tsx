import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./Button";
import { sentence } from "./format";
import { toasts } from "./toasts";

const ICONS = { plain: Info, good: CircleCheck, bad: CircleAlert };

export function Toaster() {
  const list = useSyncExternalStore(toasts.subscribe, toasts.snapshot);
  return (
    <Radix.Provider swipeDirection="right">
      {list.map((toast) => {
        const Icon = ICONS[toast.tone];
        return (
          <Radix.Root
            key={toast.id}
            className={`toast ${toast.tone}`}
            duration={toast.tone === "bad" ? 12_000 : 5000}
            type={toast.tone === "bad" ? "foreground" : "background"}
            onOpenChange={(open) => !open && toasts.dismiss(toast.id)}
          >
            <Icon size={16} aria-hidden />
            <Radix.Title className="toast-title">{sentence(toast.title)}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Dismiss" small>
                <X size={14} aria-hidden />
              </IconButton>
            </Radix.Close>
            {toast.hint && <Radix.Description className="toast-hint">{sentence(toast.hint)}</Radix.Description>}
            {toast.action && (
              <div style={{ gridColumn: 2 }}>
                <Radix.Action asChild altText={toast.action.label}>
                  <Button small onClick={toast.action.run}>
                    {toast.action.label}
                  </Button>
                </Radix.Action>
              </div>
            )}
          </Radix.Root>
        );
      })}
      <Radix.Viewport className="toasts" label="Messages ({hotkey})" />
    </Radix.Provider>
  );
}
