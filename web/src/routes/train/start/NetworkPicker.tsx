import type { WidgetProps } from "@rjsf/utils";
import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { families, type Net } from "./networks";
import "./network.css";

const facts = (net: Net): string =>
  [
    net.parameters_m === undefined
      ? ""
      : `${net.parameters_m < 10 ? net.parameters_m : Math.round(net.parameters_m)} M`,
    net.input_px === undefined ? "" : `${net.input_px} px`,
  ]
    .filter(Boolean)
    .join(" · ");

/** A network by name: searched in the list by family, or typed as timm calls it. */
export function NetworkPicker({ id, value, disabled, onChange, rawErrors }: WidgetProps) {
  const chosen = typeof value === "string" ? value : "";
  const { data } = useQuery({ queryKey: keys.networks, queryFn: api.networks, staleTime: Infinity });
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const listId = useId();
  const groups = useMemo(() => families((data ?? []) as Net[], typed ?? ""), [data, typed]);
  const names = groups.flatMap((group) => group.nets.map((net) => net.name));

  useEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, open]);

  const show = () => {
    setOpen(true);
    setAt(typed === null ? names.indexOf(chosen) : -1);
  };
  const take = (name: string) => {
    if (name.trim() !== "") onChange(name.trim());
    setTyped(null);
    setOpen(false);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!open) show();
      else if (names.length > 0) setAt((now) => (now + step + names.length) % names.length);
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      take(names[at] ?? typed ?? chosen);
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      setTyped(null);
      setOpen(false);
    }
  };

  return (
    <div
      className="network"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && take(typed ?? "")}
    >
      <input
        id={id}
        className="input"
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={open && at >= 0 ? `${listId}-${at}` : undefined}
        aria-invalid={(rawErrors?.length ?? 0) > 0}
        aria-describedby={`${id}__about`}
        autoComplete="off"
        spellCheck={false}
        disabled={disabled}
        value={typed ?? chosen}
        onFocus={(event) => event.target.select()}
        onClick={show}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(-1);
          setOpen(true);
        }}
      />
      <ChevronsUpDown size={14} className="network-mark" aria-hidden />
      {open && (
        <div id={listId} ref={list} className="network-list" role="listbox" aria-label="Networks">
          {groups.map((group) => (
            <div key={group.name} role="group" aria-label={group.name}>
              <div className="network-family" aria-hidden>
                {group.name}
              </div>
              {group.nets.map((net) => {
                const index = names.indexOf(net.name);
                return (
                  <div
                    key={net.name}
                    id={`${listId}-${index}`}
                    className="network-option"
                    role="option"
                    tabIndex={-1}
                    aria-selected={net.name === chosen}
                    data-active={index === at}
                    onPointerDown={(event) => event.preventDefault()}
                    onPointerMove={() => setAt(index)}
                    onClick={() => take(net.name)}
                    onKeyDown={onKeyDown}
                  >
                    <span className="row">
                      <b className="grow ellipsis">{net.name}</b>
                      <span className="muted small">{facts(net)}</span>
                    </span>
                    {net.description && <span className="muted small ellipsis">{net.description}</span>}
                  </div>
                );
              })}
            </div>
          ))}
          {typed !== null && typed.trim() !== "" && !names.includes(typed.trim()) && (
            <p className="network-by-hand small muted">
              Enter takes <b>{typed.trim()}</b> as timm's name.
            </p>
          )}
        </div>
      )}
    </div>
  );
}
