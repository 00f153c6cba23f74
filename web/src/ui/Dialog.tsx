import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState, type SubmitEvent, type ReactNode } from "react";
import { Button, IconButton } from "./Button";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Said below the title; also what a screen reader reads first. */
  about?: ReactNode;
  wide?: boolean;
  children?: ReactNode;
  foot?: ReactNode;
}

/** The first field if there is one, else the dialog itself: a closing button is no good start. */
function focusFirst(event: Event): void {
  event.preventDefault();
  const dialog = event.currentTarget as HTMLElement;
  (dialog.querySelector<HTMLElement>(".dialog-body :is(input, select, textarea):not([hidden])") ?? dialog).focus();
}

export function Dialog({ open, onClose, title, about, wide, children, foot }: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content
          className={wide ? "dialog wide" : "dialog"}
          onOpenAutoFocus={focusFirst}
          {...(about ? {} : { "aria-describedby": undefined })}
        >
          <div className="dialog-head">
            <Radix.Title>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close" keys="Esc">
                <X size={16} aria-hidden />
              </IconButton>
            </Radix.Close>
          </div>
          <div className="dialog-body stack">
            {about && <Radix.Description className="muted">{about}</Radix.Description>}
            {children}
          </div>
          {foot && <div className="dialog-foot">{foot}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: string;
  about: ReactNode;
  action: string;
  onConfirm: () => void;
  busy?: boolean;
  /** What must be typed first, where nothing brings back what is lost. */
  typed?: string;
  error?: ReactNode;
}

export function Confirm({ open, onClose, title, about, action, onConfirm, busy, typed, error }: ConfirmProps) {
  const [text, setText] = useState("");
  const allowed = typed === undefined || text === typed;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (allowed) onConfirm();
  };
  return (
    <Dialog
      open={open}
      onClose={() => {
        setText("");
        onClose();
      }}
      title={title}
      about={about}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="confirm" look="danger" disabled={!allowed || busy}>
            {action}
          </Button>
        </>
      }
    >
      <form id="confirm" onSubmit={submit} className="stack">
        {typed !== undefined && (
          <div className="field">
            <label htmlFor="confirm-name">
              Type <code>{typed}</code> to go on
            </label>
            <input
              id="confirm-name"
              className="input"
              value={text}
              autoComplete="off"
              onChange={(event) => setText(event.target.value)}
            />
          </div>
        )}
        {error}
      </form>
    </Dialog>
  );
}
