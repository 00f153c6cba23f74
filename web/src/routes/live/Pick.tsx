import { useId, type ReactNode } from "react";

interface PickProps {
  label: string;
  value: string;
  options: readonly { readonly value: string; readonly title: string; readonly off?: boolean }[];
  onPick: (value: string) => void;
  lang?: boolean;
  disabled?: boolean;
  children?: ReactNode;
}

/** One of several, with its name before it. */
export function Pick({ label, value, options, onPick, disabled, lang, children }: PickProps) {
  const id = useId();
  return (
    <div className="pick">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input compact"
        value={value}
        disabled={disabled}
        onChange={(event) => onPick(event.target.value)}
      >
        {options.map((one) => (
          <option key={one.value} value={one.value} disabled={one.off} lang={lang ? one.value : undefined}>
            {one.title}
          </option>
        ))}
      </select>
      {children}
    </div>
  );
}
