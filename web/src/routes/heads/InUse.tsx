import { useQuery } from "@tanstack/react-query";
import { headCalls, headKeys, type HeadUse } from "@/api/heads";
import { Button } from "@/ui/Button";
import { many } from "@/ui/format";
import { useActivate } from "./useActivate";

const NONE: Readonly<Record<"boxes" | "images", string>> = {
  boxes: "no head: Auto Class has nothing to go by",
  images: "the live head, which every label teaches",
};

/** What names boxes and whole images of the project now, or why nothing does. */
export function InUse({ project }: { project: string }) {
  const activate = useActivate(project);
  const { data } = useQuery({ queryKey: headKeys.inUse(project), queryFn: () => headCalls.inUse(project) });
  if (!data) return null;
  return (
    <dl className="heads-in-use" aria-label={`Heads that ${project} uses`}>
      {(["boxes", "images"] as const satisfies readonly HeadUse[]).map((use) => {
        const head = data[use];
        return (
          <div key={use} className="row">
            <dt className="muted">{use === "boxes" ? "Boxes" : "Whole images"}</dt>
            <dd>
              {head === null ? (
                <span className="muted">{NONE[use]}</span>
              ) : (
                <>
                  <b>{head.name || head.model}</b>{" "}
                  {head.fault ? (
                    <span className="badge bad" title={head.hint}>
                      {head.fault}
                    </span>
                  ) : (
                    head.unknown.length > 0 && (
                      <span className="badge warn" title={head.unknown.join(", ")}>
                        {many(head.unknown.length, "class", "classes")} not of this project
                      </span>
                    )
                  )}{" "}
                  <Button
                    small
                    aria-label={`Stop using a head for ${use === "boxes" ? "boxes" : "whole images"}`}
                    disabled={activate.isPending}
                    onClick={() => activate.mutate({ head: null, use })}
                  >
                    Stop
                  </Button>
                </>
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
