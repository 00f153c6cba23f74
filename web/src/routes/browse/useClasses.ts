import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { Class } from "@/api/types";
import { looks } from "@/label/look";

const none: readonly Class[] = [];

export function useClasses(project: string) {
  const query = useQuery({ queryKey: keys.classes(project), queryFn: () => api.classes(project) });
  const data = query.data ?? none;
  const list = useMemo(() => looks(data), [data]);
  const byId = useMemo(() => new Map(list.map((look) => [look.id, look])), [list]);
  return { ...query, list, byId };
}
