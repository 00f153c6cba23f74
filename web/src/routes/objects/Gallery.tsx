import { useQuery } from "@tanstack/react-query";
import { PenTool, VectorSquare } from "lucide-react";
import { Link } from "react-router";
import { api } from "@/api/calls";
import { keys } from "@/api/keys";
import type { GalleryItem, GalleryOrder } from "@/api/types";
import { useAddress } from "@/app/address";
import { to } from "@/app/project";
import { Swatch } from "@/label/Swatch";
import { everything, noFilter, toAddress } from "@/routes/browse/asked";
import { useClasses } from "@/routes/browse/useClasses";
import { count } from "@/ui/format";
import { Empty } from "@/ui/States";
import { ObjectBoard, RowButton } from "./ObjectBoard";
import type { LoadPart } from "./rows";

const ORDERS: readonly { order: GalleryOrder; name: string }[] = [
  { order: "image", name: "By picture" },
  { order: "small", name: "Smallest first" },
  { order: "large", name: "Largest first" },
];

/** All objects of a class side by side. */
export function Gallery({ project }: { project: string }) {
  const [search, setSearch] = useAddress();
  const classes = useClasses(project);
  const { data: about } = useQuery({
    queryKey: keys.objectSummary(project),
    queryFn: () => api.objectSummary(project),
  });
  const asked = Number(search.get("class") ?? NaN);
  const chosen = classes.byId.get(asked) ?? null;
  const order = ORDERS.find((one) => one.order === search.get("order"))?.order ?? "image";
  const classId = chosen?.id ?? null;
  const put = (key: string, value: string) =>
    setSearch(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(key, value);
        else next.delete(key);
        return next;
      },
      { replace: true },
    );
  const load: LoadPart<GalleryItem> = (offset, limit, signal) =>
    api.gallery(
      project,
      { cursor: String(offset), limit, order, ...(classId !== null && { class_id: classId }) },
      signal,
    );
  const counts = new Map(about?.classes.map((one) => [one.class_id, one.objects]));
  const address = toAddress({ ...everything, filter: { ...noFilter, object_ids: chosen ? [chosen.id] : [] } });

  return (
    <>
      <aside className="object-side" aria-label="Classes">
        <h2 className="panel-title">Classes</h2>
        <ul>
          <li>
            <RowButton pressed={chosen === null} onClick={() => put("class", "")}>
              <VectorSquare size={14} aria-hidden />
              <span className="grow">all</span>
              {about && <span className="muted">{count(about.objects)}</span>}
            </RowButton>
          </li>
          {classes.list.map((look) => (
            <li key={look.id}>
              <RowButton pressed={look === chosen} onClick={() => put("class", String(look.id))}>
                <Swatch look={look} width={14} />
                <span className="grow ellipsis">{look.name}</span>
                {about && <span className="muted">{count(counts.get(look.id) ?? 0)}</span>}
              </RowButton>
            </li>
          ))}
        </ul>
      </aside>
      <ObjectBoard
        project={project}
        listKey={`${classId} ${order}`}
        load={load}
        looks={classes.list}
        byId={classes.byId}
        withWhy={false}
        title={chosen?.name ?? "All objects"}
        tools={
          <>
            {chosen && (
              <Link className="button small" to={`${to.browse(project)}?${address.toString()}`}>
                Their pictures
              </Link>
            )}
            <select
              className="input compact object-order"
              aria-label="Order"
              value={order}
              onChange={(event) => put("order", event.target.value === "image" ? "" : event.target.value)}
            >
              {ORDERS.map((one) => (
                <option key={one.order} value={one.order}>
                  {one.name}
                </option>
              ))}
            </select>
          </>
        }
        empty={
          <Empty
            icon={<VectorSquare size={32} aria-hidden />}
            title={chosen ? `No ${chosen.name} is drawn` : "Nothing is drawn yet"}
            action={
              <Link className="button primary" to={to.annotate(project)}>
                <PenTool size={16} aria-hidden /> Annotate
              </Link>
            }
          >
            What is drawn or imported shows here, cut out and side by side.
          </Empty>
        }
      />
    </>
  );
}
