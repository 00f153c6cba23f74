import { useId, useRef } from "react";
import {
  countOn,
  hasSwitch,
  isOn,
  isShown,
  reach,
  say,
  step,
  usual,
  type Group,
  type Setting,
  type Values,
} from "./settings";

interface RowProps {
  setting: Setting;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Choice({ setting, value, onChange }: RowProps) {
  const id = useId();
  return (
    <div className="vary-row vary-choice">
      <label htmlFor={id} title={setting.about}>
        {setting.name}
      </label>
      <select
        id={id}
        className="input"
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value)}
      >
        {setting.choices.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </select>
    </div>
  );
}

/** A switch and how much: off is zero, on again is where it was. */
function Amount({ setting, value, onChange }: RowProps) {
  const id = useId();
  const now = typeof value === "number" ? value : 0;
  const before = useRef(usual(setting.key));
  const on = now > 0;
  const set = (next: number) => {
    if (next > 0) before.current = next;
    onChange(next);
  };
  return (
    <div className={on ? "vary-row" : "vary-row off"}>
      {hasSwitch(setting) ? (
        <label className="vary-name" title={setting.about}>
          <input
            type="checkbox"
            className="form-check"
            checked={on}
            onChange={(event) => {
              if (on) before.current = now;
              onChange(event.target.checked ? before.current : 0);
            }}
          />
          {setting.name}
        </label>
      ) : (
        <label className="vary-name" htmlFor={id} title={setting.about}>
          {setting.name}
        </label>
      )}
      <input
        id={id}
        type="range"
        aria-label={hasSwitch(setting) ? `${setting.name}: how much` : undefined}
        aria-valuetext={say(setting, now)}
        min={setting.least}
        max={reach(setting, now)}
        step={step(setting)}
        value={now}
        onChange={(event) => set(event.target.valueAsNumber)}
      />
      <output className="small num">{hasSwitch(setting) && !on ? "off" : say(setting, now)}</output>
    </div>
  );
}

interface SettingsProps {
  groups: readonly Group[];
  values: Values;
  onChange: (change: Record<string, unknown>) => void;
}

/** The variations by group, each with its switch and its slider. */
export function Settings({ groups, values, onChange }: SettingsProps) {
  const off = () =>
    onChange(
      Object.fromEntries(
        groups
          .flatMap((group) => group.settings)
          .filter((one) => (hasSwitch(one) || one.key === "policy") && isOn(values[one.key]))
          .map((one) => [one.key, one.key === "policy" ? "none" : 0]),
      ),
    );
  const any = groups.some((group) => countOn(group, values) > 0);
  return (
    <div className="vary-settings">
      {groups.map((group) => {
        const on = countOn(group, values);
        return (
          <fieldset key={group.name} className="vary-group">
            <legend>
              {group.title} {on > 0 && <span className="badge accent">{on} on</span>}
            </legend>
            {group.settings
              .filter((one) => isShown(one, values))
              .map((one) => {
                const Row = one.choices.length > 0 ? Choice : Amount;
                return (
                  <Row
                    key={one.key}
                    setting={one}
                    value={values[one.key]}
                    onChange={(value) => onChange({ [one.key]: value })}
                  />
                );
              })}
          </fieldset>
        );
      })}
      <button type="button" className="button small quiet" disabled={!any} onClick={off}>
        Switch all off
      </button>
    </div>
  );
}
