import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { Tabs } from "radix-ui";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import { useCurrentProject } from "@/app/project";
import { chooseTheme, useTheme, type Theme } from "@/app/theme";
import { ErrorNote, Skeletons } from "@/ui/States";
import { KeyChoice } from "./KeyChoice";
import { SettingsForm } from "./SettingsForm";
import { Updates } from "./Updates";
import "./settings.css";

const THEMES: readonly { theme: Theme; name: string }[] = [
  { theme: "system", name: "As the system" },
  { theme: "dark", name: "Dark" },
  { theme: "light", name: "Light" },
];

function Look() {
  const theme = useTheme();
  return (
    <fieldset className="theme-choice">
      <legend>
        <h2>Theme</h2>
      </legend>
      {THEMES.map((one) => (
        <label key={one.theme} className="check">
          <input type="radio" name="theme" checked={theme === one.theme} onChange={() => chooseTheme(one.theme)} />
          {one.name}
        </label>
      ))}
    </fieldset>
  );
}

function Doctor() {
  const { data, error, refetch } = useQuery({ queryKey: keys.doctor, queryFn: api.doctor });
  if (error) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeletons count={6} height={28} />;
  return (
    <div className="stack">
      <p>
        {data.ok ? "Everything that Sightline needs is there." : "Something that Sightline needs is missing."}{" "}
        <span className="muted">
          Workspace <code>{data.workspace}</code>
        </span>
      </p>
      <div className="card table-scroll" tabIndex={0} role="region" aria-label="Checks">
        <table className="data">
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Result</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {data.checks.map((check) => (
              <tr key={check.name}>
                <th scope="row" className="check-name">
                  {check.name}
                </th>
                <td>
                  <span className={`badge ${check.ok ? "good" : check.needed ? "bad" : "warn"}`}>
                    {check.ok ? <CircleCheck size={12} aria-hidden /> : <CircleX size={12} aria-hidden />}
                    {check.ok ? "ok" : check.needed ? "missing" : "optional"}
                  </span>
                </td>
                <td className="muted">{check.detail}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <dl className="facts">
        {Object.entries(data.versions).map(([name, version]) => (
          <div key={name} className="facts-row">
            <dt>{name}</dt>
            <dd className="mono">{String(version)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

export function Component() {
  const project = useCurrentProject();
  return (
    <main className="page">
      <div className="page-in settings">
        <div className="page-head">
          <h1>Settings</h1>
        </div>
        <Tabs.Root defaultValue="workspace" className="stack">
          <Tabs.List className="tabs-list" aria-label="Settings">
            <Tabs.Trigger className="tab" value="workspace">
              Workspace
            </Tabs.Trigger>
            {project && (
              <Tabs.Trigger className="tab" value="project">
                Project {project}
              </Tabs.Trigger>
            )}
            <Tabs.Trigger className="tab" value="look">
              Look
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="keys">
              Keys
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="doctor">
              Doctor
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="updates">
              Updates
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="workspace" tabIndex={-1}>
            <SettingsForm
              id="workspace"
              queryKey={keys.settings}
              read={api.settings}
              save={api.saveSettings}
              about="Most of these hold from the next start on. A variable or a flag overrules what is set here."
            />
          </Tabs.Content>
          {project && (
            <Tabs.Content value="project" tabIndex={-1}>
              <SettingsForm
                key={project}
                id="project"
                queryKey={keys.projectSettings(project)}
                read={() => api.projectSettings(project)}
                save={(values) => api.saveProjectSettings(project, values)}
                about="These hold for this project alone, and are kept in its project.json."
              />
            </Tabs.Content>
          )}
          <Tabs.Content value="look" tabIndex={-1}>
            <Look />
          </Tabs.Content>
          <Tabs.Content value="keys" tabIndex={-1}>
            <KeyChoice />
          </Tabs.Content>
          <Tabs.Content value="updates" tabIndex={-1}>
            <Updates />
          </Tabs.Content>
          <Tabs.Content value="doctor" tabIndex={-1}>
            <Doctor />
          </Tabs.Content>
        </Tabs.Root>
      </div>
    </main>
  );
}
