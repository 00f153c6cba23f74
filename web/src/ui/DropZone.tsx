import { ImageUp } from "lucide-react";
import { useId, useRef, useState, type DragEvent, type ReactNode } from "react";
import { Button } from "./Button";

interface DropZoneProps {
  label: string;
  hint?: string;
  disabled?: boolean;
  /** What the button says. */
  choose?: string;
  accept?: string;
  multiple?: boolean;
  icon?: ReactNode;
  onFiles: (files: File[]) => void;
}

const PICTURES = "image/*,.tif,.tiff,.fits,.fit,.heic,.heif";

/** Takes files, pictures unless something else is said, by drop, by paste or by choosing them. */
export function DropZone({
  label,
  hint,
  disabled,
  choose = "Choose pictures",
  accept = PICTURES,
  multiple = true,
  icon = <ImageUp size={28} strokeWidth={1.5} aria-hidden />,
  onFiles,
}: DropZoneProps) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (list: FileList | null) => {
    if (list && list.length > 0 && !disabled) onFiles([...list]);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={over ? "drop over" : "drop"}
      role="group"
      aria-labelledby={id}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      onPaste={(event) => take(event.clipboardData.files)}
    >
      {icon}
      <span id={id}>{label}</span>
      {hint && <span className="small">{hint}</span>}
      <Button small disabled={disabled} onClick={() => input.current?.click()}>
        {choose}
      </Button>
      <input
        ref={input}
        type="file"
        multiple={multiple}
        hidden
        aria-label={label}
        accept={accept}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
    </div>
  );
}
