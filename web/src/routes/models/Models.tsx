import { Plus } from "lucide-react";
import { Tabs } from "radix-ui";
import { useState } from "react";

import { useAddress } from "@/app/address";
import { useCurrentProject } from "@/app/project";
import { Button } from "@/ui/Button";
import { AddModel } from "./AddModel";
import { Catalogue } from "./Catalogue";
import { Disk } from "./Disk";
import { Encoders } from "./Encoders";
import { List } from "./List";
import "./models.css";

const TABS = ["here", "get", "encoders", "disk"] as const;

export function Component() {
  const project = useCurrentProject();
  const [search, setSearch] = useAddress();
  const [adding, setAdding] = useState(false);
  const asked = TABS.find((one) => one === search.get("tab") && (one !== "encoders" || project)) ?? "here";
  const show = (tab: string) => setSearch(tab === "here" ? {} : { tab }, { replace: true });
  return (
    <main className="page">
      <div className="page-in">
        <div className="page-head">
          <h1>Models</h1>
          <div className="grow" />
          <Button onClick={() => setAdding(true)}>
            <Plus size={16} aria-hidden /> Add a model
          </Button>
        </div>
        <Tabs.Root value={asked} onValueChange={show} className="stack">
          <Tabs.List className="tabs-list" aria-label="Models">
            <Tabs.Trigger className="tab" value="here">
              In this workspace
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="get">
              Get a model
            </Tabs.Trigger>
            {project && (
              <Tabs.Trigger className="tab" value="encoders">
                Encoders of {project}
              </Tabs.Trigger>
            )}
            <Tabs.Trigger className="tab" value="disk">
              On the disk
            </Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="here" tabIndex={-1}>
            <List project={project} onGet={() => show("get")} />
          </Tabs.Content>
          <Tabs.Content value="get" tabIndex={-1}>
            <Catalogue named={search.get("name") ?? ""} />
          </Tabs.Content>
          {project && (
            <Tabs.Content value="encoders" tabIndex={-1}>
              <Encoders key={project} project={project} />
            </Tabs.Content>
          )}
          <Tabs.Content value="disk" tabIndex={-1}>
            <Disk />
          </Tabs.Content>
        </Tabs.Root>
        {adding && <AddModel onClose={() => setAdding(false)} />}
      </div>
    </main>
  );
}
