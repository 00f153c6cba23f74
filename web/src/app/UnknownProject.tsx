import { FolderX } from "lucide-react";
import { Link } from "react-router";
import type { ApiError } from "@/api/http";
import { Empty } from "@/ui/States";
import { sentence } from "@/ui/format";
import { to } from "./project";

/** The address names a project that is not there, or not any more. */
export function UnknownProject({ error }: { error: ApiError }) {
  return (
    <main className="page">
      <Empty
        level="h1"
        icon={<FolderX size={32} aria-hidden />}
        title={sentence(error.message)}
        action={
          <Link className="button" to={to.projects}>
            All projects
          </Link>
        }
      >
        {sentence(error.hint)}
      </Empty>
    </main>
  );
}
