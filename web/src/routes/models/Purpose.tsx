import { Link } from "react-router";
import type { Model } from "@/api/types";
import { to, useCurrentProject } from "@/app/project";

/** What a model that is not asked about pictures one by one is for, and where. */
export function Purpose({ model }: { model: Model }) {
  const project = useCurrentProject();
  const stands = model.head?.encoder;
  return (
    <section className="card stack" aria-labelledby="purpose-title">
      <h2 id="purpose-title">What it is for</h2>
      {model.kind === "encoder" && (
        <p>
          It turns pictures{model.text && ", and words,"} into vectors
          {model.dim ? ` of length ${model.dim}` : ""}. A project chooses it under{" "}
          <Link to={`${to.models}?tab=encoders`}>Encoders</Link>.
        </p>
      )}
      {model.kind === "segmenter" && (
        <p>
          It turns boxes and clicks into shapes. Choose it under <b>Assists</b>
          {project ? (
            <>
              {" "}
              on the page <Link to={to.annotate(project)}>Annotate</Link>.
            </>
          ) : (
            " on a project's page Annotate."
          )}
        </p>
      )}
      {model.kind === "detector" && (
        <p>
          It finds objects{model.text && " that words name"}; what it finds lies over the pictures as suggestions
          {project ? (
            <>
              {" "}
              on the page <Link to={to.annotate(project)}>Annotate</Link>.
            </>
          ) : (
            " on a project's page Annotate."
          )}
        </p>
      )}
      {model.kind === "captioner" && (
        <p>It writes a sentence about a picture. Choose it on the page Live, or narrate a clip with it.</p>
      )}
      {model.kind === "head" && (
        <p>
          It names classes{typeof stands === "string" && ` from the vectors of ${stands}`}: of drawn objects, or of
          whole pictures.
          {project && (
            <>
              {" "}
              Choose it on the page <Link to={to.heads(project)}>Heads</Link>.
            </>
          )}
        </p>
      )}
    </section>
  );
}
