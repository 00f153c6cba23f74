import { QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { useEffect } from "react";
import { createBrowserRouter, Navigate } from "react-router";
import { RouterProvider } from "react-router/dom";
import { Toaster } from "@/ui/Toaster";
import "@/ui/ui.css";
import { ErrorPage, NotFound } from "./ErrorPage";
import { Home } from "./Home";
import { queries } from "./services";
import { Shell } from "./Shell";

/** The pages, each loaded when it is first wanted. */
const pages = {
  projects: () => import("@/routes/projects/Projects"),
  browse: () => import("@/routes/browse/Browse"),
  map: () => import("@/routes/map/Map"),
  data: () => import("@/routes/data/Data"),
  edit: () => import("@/routes/edit/Edit"),
  annotate: () => import("@/routes/annotate/Annotate"),
  objects: () => import("@/routes/objects/Objects"),
  heads: () => import("@/routes/heads/Heads"),
  train: () => import("@/routes/train/Train"),
  run: () => import("@/routes/train/Run"),
  compare: () => import("@/routes/train/compare/Compare"),
  search: () => import("@/routes/train/sweep/Search"),
  models: () => import("@/routes/models/Models"),
  model: () => import("@/routes/models/ModelPage"),
  live: () => import("@/routes/live/Live"),
  jobs: () => import("@/routes/jobs/Jobs"),
  settings: () => import("@/routes/settings/Settings"),
};

/** Once all is quiet the other pages are fetched too: a click then shows its page at once, server or no server. */
function fetchAhead(): void {
  for (const page of Object.values(pages)) page().catch(() => undefined);
}

const router = createBrowserRouter([
  {
    element: <Shell />,
    hydrateFallbackElement: <div />,
    errorElement: <ErrorPage />,
    children: [
      {
        errorElement: <ErrorPage />,
        children: [
          { index: true, element: <Home /> },
          { path: "projects", lazy: pages.projects },
          { path: "p/:project", element: <Navigate to="browse" replace /> },
          { path: "p/:project/browse", lazy: pages.browse },
          { path: "p/:project/map", lazy: pages.map },
          { path: "p/:project/data", lazy: pages.data },
          { path: "p/:project/edit", lazy: pages.edit },
          { path: "p/:project/annotate", lazy: pages.annotate },
          { path: "p/:project/annotate/:image", lazy: pages.annotate },
          { path: "p/:project/objects", lazy: pages.objects },
          { path: "p/:project/heads", lazy: pages.heads },
          { path: "p/:project/train", lazy: pages.train },
          { path: "p/:project/train/compare", lazy: pages.compare },
          { path: "p/:project/train/search", lazy: pages.search },
          { path: "p/:project/train/:run", lazy: pages.run },
          { path: "models", lazy: pages.models },
          { path: "models/:model", lazy: pages.model },
          { path: "live", lazy: pages.live },
          { path: "jobs", lazy: pages.jobs },
          { path: "jobs/:job", lazy: pages.jobs },
          { path: "settings", lazy: pages.settings },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);

const QUIET_MS = 2000;

export function App() {
  useEffect(() => {
    const timer = setTimeout(fetchAhead, QUIET_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={500}>
        <RouterProvider router={router} />
        <Toaster />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
