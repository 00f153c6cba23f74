import { useQuery } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import { useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { UnknownProject } from "@/app/UnknownProject";
import { useAddress } from "@/app/address";
import { CheckButton } from "@/autoclass/check/CheckButton";
import { TABS } from "./tabs";
import { Waits } from "./Waits";
import "@/routes/browse/browse.css";
import "./objects.css";

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <ObjectsPage key={project} project={project} />;
}

/** What is drawn in a project, looked at object by object. */
function ObjectsPage({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const first = TABS[0]?.value ?? "";
  const asked = TABS.find((one) => one.value === search.get("tab"))?.value ?? first;
  return (
    <main className="objects">
      <Tabs.Root
        className="objects-tabs"
        value={asked}
        onValueChange={(tab) => setSearch(tab === first ? {} : { tab }, { replace: true })}
      >
        <header className="objects-head">
          <h1>Objects</h1>
          <Tabs.List className="tabs-list" aria-label="Objects">
            {TABS.map((tab) => (
              <Tabs.Trigger key={tab.value} className="tab" value={tab.value}>
                {tab.name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <span className="grow" />
          <CheckButton project={project} image={null} />
          <Waits project={project} />
        </header>
        {TABS.map(({ value, Panel }) => (
          <Tabs.Content key={value} value={value} tabIndex={-1} className="objects-panel">
            <Panel project={project} />
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </main>
  );
}
