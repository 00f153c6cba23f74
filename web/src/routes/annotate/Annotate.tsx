import { useQuery } from "@tanstack/react-query";
import { ImagePlus, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Link, useParams } from "react-router";
import { api } from "@/api/calls";
import { ApiError } from "@/api/http";
import { keys } from "@/api/keys";
import { announce, documents, drawings, labelled, outbox } from "@/app/services";
import { UnknownProject } from "@/app/UnknownProject";
import { to } from "@/app/project";
import { skip, unsure } from "@/label/look";
import { useClasses } from "@/routes/browse/useClasses";
import { useImage } from "@/routes/browse/Inspector";
import { useKeysBack } from "@/routes/browse/useKeysBack";
import { useRefusals } from "@/routes/browse/useRefusals";
import { lookOf, lookQuery, sameLook, wrongIn, type Look } from "@/routes/browse/tone";
import { useRested } from "@/routes/browse/useRested";
import { Button } from "@/ui/Button";
import { many } from "@/ui/format";
import { Empty, ErrorNote } from "@/ui/States";
import { toasts } from "@/ui/toasts";
import { Adjust } from "./Adjust";
import { canvasLook, changeLook } from "./canvasLook";
import { DeskStage } from "./DeskStage";
import { DrawClasses, FirstClass } from "./DrawClasses";
import { Head } from "./Head";
import { MergeDialog } from "./MergeDialog";
import { ObjectsList } from "./ObjectsList";
import { PictureClass } from "./PictureClass";
import { Selected } from "./Selected";
import { parts } from "./slots";
import { StatusBar } from "./StatusBar";
import { Strip } from "./Strip";
import { Tools } from "./Tools";
import { useDesk, useDocument } from "./useDesk";
import { useDeskKeys } from "./useDeskKeys";
import { usePlace } from "./usePlace";
import { usePrefetch } from "./usePicture";
import "@/routes/browse/browse.css";
import "./annotate.css";

export function Component() {
  const { project = "" } = useParams();
  const { data, error } = useQuery({ queryKey: keys.project(project), queryFn: () => api.project(project) });
  if (error instanceof ApiError && error.status === 404) return <UnknownProject error={error} />;
  return <AnnotateProject key={project} project={project} multi={data?.task === "multi"} />;
}

/** How samples of more than eight bits are shown: as the project does, until somebody looks otherwise. */
function useTone(id: number | undefined) {
  const { data } = useImage(id);
  const [chosen, setChosen] = useState<Look | null>(null);
  const science = data && data.id === id ? (data.science ?? null) : null;
  const tone = science && (chosen ?? lookOf(science.tone));
  const asked = science && tone && !wrongIn(tone) && !sameLook(tone, lookOf(science.tone)) ? lookQuery(tone) : "";
  return { science, tone, setTone: setChosen, query: useRested(asked, 200) };
}

/** Pictures that two people have changed; the open one asks at once, the others wait to be opened. */
function useConflicts(image: number | null) {
  useSyncExternalStore(drawings.subscribe, drawings.snapshot);
  const [later, setLater] = useState<number | null>(null);
  const waiting = drawings.conflicts();
  const conflict = image !== null && later !== image && waiting.includes(image) ? drawings.conflict(image) : null;
  return { conflict, waiting, postpone: () => setLater(image), ask: () => setLater(null) };
}

function AnnotateProject({ project, multi }: { project: string; multi: boolean }) {
  const desk = useDesk(project);
  const place = usePlace(project);
  const { size, image, index, item, windows, ask: askPlace, move, goTo, goAt } = place;
  const classes = useClasses(project);
  const { error, retry } = useDocument(desk, index === null ? null : image);
  const { science, tone, setTone, query } = useTone(item?.id);
  const look = useSyncExternalStore(canvasLook.subscribe, canvasLook.get);
  const [tagging, setTagging] = useState(false);
  const { conflict, waiting, postpone, ask } = useConflicts(image);
  useRefusals();
  // What an undo has changed elsewhere is shown.
  useEffect(
    () =>
      labelled.on(([first, ...others]) => {
        if (first && others.length === 0 && first.id !== image) void goTo(first.id);
      }),
    [image, goTo],
  );
  const { previous, next } = place.neighbours;
  usePrefetch([next, previous]);

  useEffect(() => {
    if (classes.isFetched) desk.setClasses(classes.list);
  }, [desk, classes.list, classes.isFetched]);
  useEffect(() => {
    desk.setNeighbours(previous, next);
    for (const near of [next, previous]) if (near !== null) documents.want(near);
    if (image !== null) documents.want(image);
  }, [desk, previous, next, image]);

  const toNext = useCallback(
    async (done: boolean) => {
      if (done && !desk.document) return; // nothing is finished before it is known
      const wanted = askPlace();
      if (done) desk.review("done");
      if (done) await drawings.drained();
      try {
        const { image_id, left } = await api.nextUnfinished(project, {
          ...(image !== null && { after: image }),
          view: place.view,
        });
        if (image_id === null || (image_id === image && done)) {
          toasts.say("All pictures are finished", { tone: "good" });
          announce("All pictures are finished");
        } else if (image_id === image) toasts.say("This is the last one that is not finished");
        else {
          announce(`${many(left, "picture")} left`);
          await goTo(image_id, wanted);
        }
      } catch (problem) {
        // Without the server the next one will do.
        if (wanted() && !(await move(1))) toasts.fail(problem);
      }
    },
    [desk, project, image, place.view, goTo, move, askPlace],
  );
  const mark = useCallback(
    (how: "unsure" | "skip") => {
      if (!item) return;
      outbox.push(project, [item], how === "unsure" ? unsure : skip);
      announce(how === "unsure" ? "unsure" : "skipped");
      if (how === "skip") void move(1);
    },
    [project, item, move],
  );
  const copyNext = useCallback(async () => {
    if (next === null || !windows) {
      desk.say("There is no next picture");
      return;
    }
    const there = windows.byId(next);
    const copied = there ? desk.copyTo(next, there) : 0;
    if (copied === 0) desk.say("Nothing to copy", "Draw or select something first.");
    else {
      await move(1);
      desk.say(`Copied ${many(copied, "object")}`);
    }
  }, [desk, next, windows, move]);

  useDeskKeys(desk, {
    move: (by) => void move(by),
    next: (done) => void toNext(done),
    copyNext: () => void copyNext(),
    mark,
    tag: () => setTagging(true),
  });
  const panes = useRef<HTMLElement>(null);
  const toCanvas = useCallback(() => panes.current?.querySelector<HTMLElement>("canvas[tabindex]")?.focus(), []);
  useKeysBack(panes, toCanvas);

  const none = place.film !== null && size === 0;
  const lost = place.lost;
  const firstClass = classes.isSuccess && classes.list.length === 0 && item !== undefined;
  const sides = useMemo(() => parts.flatMap(({ name, side: Part }) => (Part ? [{ name, Part }] : [])), []);
  return (
    <main ref={panes} className="annotate">
      <Head
        desk={desk}
        item={item}
        index={index}
        size={size}
        onMove={(by) => void move(by)}
        onNext={(done) => void toNext(done)}
      />
      {none ? (
        <Empty
          icon={<ImagePlus size={28} aria-hidden />}
          title="No pictures to draw in"
          action={
            <Link className="button primary" to={`/projects?add=${encodeURIComponent(project)}`}>
              Add pictures
            </Link>
          }
        >
          Boxes, polygons and masks are drawn here, picture by picture. The files stay as they are.
        </Empty>
      ) : lost !== null ? (
        <Empty
          icon={<SearchX size={28} aria-hidden />}
          title="This picture is not here"
          action={
            <Link className="button primary" to={to.annotate(project)}>
              To the first one to do
            </Link>
          }
        >
          It was deleted, or it belongs to another project.
        </Empty>
      ) : (
        <>
          <Tools desk={desk} />
          <DeskStage desk={desk} item={item} tone={science ? query : ""}>
            {firstClass && <FirstClass desk={desk} />}
            {(place.error !== null || error !== null) && (
              <div className="desk-error">
                <ErrorNote error={place.error ?? error} onRetry={place.error !== null ? place.retry : retry} />
              </div>
            )}
            {waiting.length > 0 && conflict === null && (
              <div className="desk-error">
                <div className="note warn" role="status">
                  <span className="grow">{many(waiting.length, "picture")} changed by two people at once</span>
                  <Button
                    small
                    onClick={() => {
                      const [first] = waiting;
                      ask();
                      if (first !== undefined && first !== image) void goTo(first);
                    }}
                  >
                    Compare
                  </Button>
                </div>
              </div>
            )}
          </DeskStage>
          <StatusBar desk={desk} item={item}>
            <Adjust look={look} onLook={changeLook} science={science} tone={tone} onTone={setTone} />
          </StatusBar>
          <aside className="desk-side" aria-label="What is drawn">
            {sides.map(({ name, Part }) => (
              <Part key={name} desk={desk} />
            ))}
            <ObjectsList desk={desk} />
            <Selected desk={desk} />
            <DrawClasses desk={desk} />
            {item && <PictureClass desk={desk} item={item} multi={multi} open={tagging} onOpen={setTagging} />}
          </aside>
          {windows && index !== null ? (
            <Strip desk={desk} windows={windows} index={index} onMove={(at) => void goAt(at)} />
          ) : (
            <div className="desk-strip" />
          )}
        </>
      )}
      {conflict && <MergeDialog conflict={conflict} onClose={postpone} />}
    </main>
  );
}
