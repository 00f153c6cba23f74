/** Folders on the server to learn from, instead of the project. */
export interface Folders {
  readonly images: string;
  readonly labels: string;
  readonly labelmap: string;
}

export const NOWHERE: Folders = { images: "", labels: "", labelmap: "" };

const FIELDS = [
  { key: "images", label: "Folder of pictures", placeholder: "/data/birds/images" },
  { key: "labels", label: "Folder of YOLO labels", placeholder: "/data/birds/labels" },
  { key: "labelmap", label: "Names of classes", placeholder: "/data/birds/classes.txt" },
] as const;

/** Pictures and labels that lie elsewhere; empty, the project teaches. */
export function Source({ folders, onChange }: { folders: Folders; onChange: (folders: Folders) => void }) {
  return (
    <details className="form-group heads-source">
      <summary>
        Learn from folders instead
        <span className="muted small">pictures and YOLO labels on the server, without a project</span>
      </summary>
      <div className="form-rows">
        {FIELDS.map(({ key, label, placeholder }) => (
          <div className="form-row" key={key}>
            <div className="form-label">
              <label htmlFor={`head-${key}`}>{label}</label>
            </div>
            <div className="form-control">
              <input
                id={`head-${key}`}
                className="input mono"
                value={folders[key]}
                placeholder={placeholder}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => onChange({ ...folders, [key]: event.target.value.trim() })}
              />
            </div>
          </div>
        ))}
      </div>
    </details>
  );
}
