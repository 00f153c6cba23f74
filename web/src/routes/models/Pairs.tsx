import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Model } from "@/api/types";
import { to } from "@/app/project";

/** The ONNX pairs that were made of a segmenter, the newest first. */
export function Pairs({ of }: { of: Model }) {
  const { data } = useQuery({ queryKey: keys.models, queryFn: api.models });
  const made = data?.filter((one) => one.source === `exported from ${of.id}` && !one.fault) ?? [];
  if (made.length === 0) return null;
  return (
    <p className="small">
      Made of it:{" "}
      {made.map((one, at) => (
        <span key={one.id}>
          {at > 0 && ", "}
          <Link to={to.model(one.id)}>{one.name}</Link>
        </span>
      ))}
    </p>
  );
}
