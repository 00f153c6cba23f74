import {
  Activity,
  Boxes,
  ChartColumn,
  Crop,
  Eye,
  Folders,
  Images,
  MapPinned,
  PenTool,
  Settings2,
  Shapes,
  VectorSquare,
  Waypoints,
} from "lucide-react";
import { NavLink } from "react-router";
import { Tip } from "@/ui/Button";
import { to } from "./project";

export function Rail({ project }: { project: string | null }) {
  const pages = [
    { name: "Projects", key: "p", path: to.projects, icon: Folders },
    { name: "Browse", key: "b", path: project && to.browse(project), icon: Images },
    { name: "Annotate", key: "a", path: project && to.annotate(project), icon: PenTool },
    { name: "Objects", key: "o", path: project && to.objects(project), icon: VectorSquare },
    { name: "Map", key: "x", path: project && to.map(project), icon: MapPinned },
    { name: "Data", key: "d", path: project && to.data(project), icon: ChartColumn },
    { name: "Edit", key: "e", path: project && to.edit(project), icon: Crop },
    { name: "Heads", key: "h", path: project && to.heads(project), icon: Shapes },
    { name: "Train", key: "t", path: project && to.train(project), icon: Waypoints },
    { name: "Models", key: "m", path: to.models, icon: Boxes },
    { name: "Live", key: "l", path: to.live, icon: Eye },
    { name: "Jobs", key: "j", path: to.jobs, icon: Activity },
    { name: "Settings", key: "s", path: to.settings, icon: Settings2 },
  ];
  return (
    <nav className="rail" aria-label="Pages">
      <svg className="rail-mark" viewBox="0 0 32 32" width="30" height="30" aria-hidden="true">
        <path
          d="M4 16c3-5.300 7-8 12-8s9 2.700 12 8c-3 5.300-7 8-12 8s-9-2.700-12-8z"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
        />
        <circle cx="16" cy="16" r="4" fill="currentColor" />
        <path d="M16 2v5M16 25v5" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      </svg>
      <ul>
        {pages.map(({ name, key, path, icon: Icon }) => (
          <li key={name}>
            {path ? (
              <Tip text={`${name} (g ${key})`}>
                <NavLink to={path} className="rail-link">
                  <Icon size={20} strokeWidth={1.75} aria-hidden />
                  <span>{name}</span>
                </NavLink>
              </Tip>
            ) : (
              <span className="rail-link off" aria-disabled="true">
                <Icon size={20} strokeWidth={1.75} aria-hidden />
                <span>{name}</span>
              </span>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
