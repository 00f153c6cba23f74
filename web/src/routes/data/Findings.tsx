import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import { Link } from "react-router";
import type { Analysis, Finding } from "@/api/types";
import { sentence } from "@/ui/format";
import { browseAddress } from "./opened";

const SIGNS = {
  error: { icon: CircleAlert, word: "Error" },
  warning: { icon: TriangleAlert, word: "Warning" },
  note: { icon: Info, word: "Note" },
} as const;

function Row({ project, finding }: { project: string; finding: Finding }) {
  const { icon: Icon, word } = SIGNS[finding.severity];
  const address = browseAddress(project, finding);
  return (
    <li className={`finding is-${finding.severity}`}>
      <Icon size={16} aria-hidden />
      <div className="grow">
        <div>
          <span className="hidden-but-read">{word}: </span>
          {sentence(finding.text)}
        </div>
        <div className="muted small">{sentence(finding.hint)}</div>
        {finding.examples.length > 0 && (
          <details className="small">
            <summary>Which</summary>
            <ul className="finding-names">
              {finding.examples.map((one) => (
                <li key={one}>
                  <bdi>{one}</bdi>
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      {address !== null && (
        <Link to={address} className="button small" aria-label={`Open in Browse: ${finding.text}`}>
          Open in Browse
        </Link>
      )}
    </li>
  );
}

/** What is worth a look, errors first; each opens its pictures. */
export function Findings({ project, about }: { project: string; about: Analysis }) {
  const { findings } = about;
  return (
    <section className="data-card data-findings" aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      {findings.length === 0 ? (
        <p className="row muted">
          <CircleCheck size={16} color="var(--good)" aria-hidden />
          {about.state === "ready" ? "Nothing stands out." : "Nothing stands out in the labels."}
        </p>
      ) : (
        <ul>
          {findings.map((one) => (
            <Row key={one.kind} project={project} finding={one} />
          ))}
        </ul>
      )}
      {about.near_fault !== null && about.state === "ready" && (
        <p className="muted small">Near-duplicates were not looked for: {about.near_fault}.</p>
      )}
    </section>
  );
}
