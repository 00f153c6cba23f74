import { QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { createBrowserRouter, Navigate, RouterProvider } from "react-router";
import { Toaster } from "@/ui/Toaster";
import "@/ui/ui.css";
import { ErrorPage, NotFound } from "./ErrorPage";
import { Home } from "./Home";
import { queries } from "./services";
import { Shell } from "./Shell";

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
          { path: "projects", lazy: () => import("@/routes/projects/Projects") },
          { path: "p/:project", element: <Navigate to="browse" replace /> },
          { path: "p/:project/browse", lazy: () => import("@/routes/browse/Browse") },
          { path: "p/:project/train", lazy: () => import("@/routes/train/Train") },
          { path: "p/:project/train/:run", lazy: () => import("@/routes/train/Run") },
          { path: "models", lazy: () => import("@/routes/models/Models") },
          { path: "models/:model", lazy: () => import("@/routes/models/ModelPage") },
          { path: "jobs", lazy: () => import("@/routes/jobs/Jobs") },
          { path: "jobs/:job", lazy: () => import("@/routes/jobs/Jobs") },
          { path: "settings", lazy: () => import("@/routes/settings/Settings") },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
]);

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delayDuration={500}>
        <RouterProvider router={router} />
        <Toaster />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
