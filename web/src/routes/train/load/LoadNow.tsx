import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/calls";
import { inWords } from "./load";
import "./load.css";

const EVERY_MS = 3000;

/** What the machine is busy with before a training begins; asked while the page is looked at. */
export function LoadNow() {
  const { data } = useQuery({ queryKey: ["system"], queryFn: api.system, refetchInterval: EVERY_MS, retry: false });
  return data ? <span className="small muted load-now">{inWords(data)}</span> : null;
}
