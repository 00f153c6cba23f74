import { useQuery } from "@tanstack/react-query";
import { Tabs } from "radix-ui";
import { useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { UnknownProject } from "@/app/UnknownProject";
import { useAddress } from "@/app/address";
import { Benchmark } from "./Benchmark";
import { HeadList } from "./HeadList";
import { TrainHead } from "./TrainHead";
import "@/routes/models/models.css";
import "@/routes/train/train.css";
import "./heads.css";

const TABS = [
  { value: "train", name: "Train" },
  { value: "heads", name: "Heads" },
  { value: "benchmark", name: "Benchmark" },
] as const;

export function Component() {
  const { project = "" } = useParams();
  const { error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <HeadsPage key={project} project={project} />;
}

/** Heads that name boxes and whole images: trained, kept, compared. */
function HeadsPage({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const asked = TABS.find((one) => one.value === search.get("tab"))?.value ?? "train";
  const show = (tab: string) => setSearch(tab === "train" ? {} : { tab }, { replace: true });
  return (
    <main className="page">
      <div className="page-in">
        <div className="page-head">
          <h1>Heads</h1>
        </div>
        <Tabs.Root value={asked} onValueChange={show} className="stack">
          <Tabs.List className="tabs-list" aria-label="Heads">
            {TABS.map((tab) => (
              <Tabs.Trigger key={tab.value} className="tab" value={tab.value}>
                {tab.name}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <Tabs.Content value="train" tabIndex={-1}>
            <TrainHead project={project} onHeads={() => show("heads")} />
          </Tabs.Content>
          <Tabs.Content value="heads" tabIndex={-1}>
            <HeadList project={project} onTrain={() => show("train")} />
          </Tabs.Content>
          <Tabs.Content value="benchmark" tabIndex={-1}>
            <Benchmark project={project} />
          </Tabs.Content>
        </Tabs.Root>
      </div>
    </main>
  );
}
