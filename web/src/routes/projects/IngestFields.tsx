export interface IngestForm {
  source: string;
  labels: "auto" | "folders" | "tags" | "none";
  mode: "reference" | "copy";
  extensions: string;
  pages: "auto" | "all" | "first";
}

interface Props {
  value: IngestForm;
  onChange: (next: IngestForm) => void;
  invalid: boolean;
}

export function IngestFields({ value, onChange, invalid }: Props) {
  const set = (part: Partial<IngestForm>) => onChange({ ...value, ...part });
  return (
    <>
      <div className="field">
        <label htmlFor="source">Folder or file</label>
        <input
          id="source"
          className="input mono"
          value={value.source}
          placeholder="/home/me/pictures"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={invalid}
          onChange={(event) => set({ source: event.target.value })}
        />
      </div>
      <div className="ingest-options">
        <div className="field">
          <label htmlFor="ingest-labels">Labels</label>
          <select
            id="ingest-labels"
            className="input"
            value={value.labels}
            onChange={(event) => set({ labels: event.target.value as IngestForm["labels"] })}
          >
            <option value="auto">From class folders and tag files</option>
            <option value="folders">From class folders alone</option>
            <option value="tags">From tag files (.txt), however few</option>
            <option value="none">None: I label them myself</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="ingest-mode">Files</label>
          <select
            id="ingest-mode"
            className="input"
            value={value.mode}
            onChange={(event) => set({ mode: event.target.value as IngestForm["mode"] })}
          >
            <option value="reference">Leave them where they are</option>
            <option value="copy">Copy them into the project</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="ingest-pages">Stacks and animations</label>
          <select
            id="ingest-pages"
            className="input"
            value={value.pages}
            onChange={(event) => set({ pages: event.target.value as IngestForm["pages"] })}
          >
            <option value="auto">Every page of a TIFF</option>
            <option value="all">Every page, plane and frame</option>
            <option value="first">One picture of each file</option>
          </select>
        </div>
        <div className="field">
          <label htmlFor="ingest-extensions">Only these endings</label>
          <input
            id="ingest-extensions"
            className="input mono"
            value={value.extensions}
            placeholder="all known"
            autoComplete="off"
            onChange={(event) => set({ extensions: event.target.value })}
          />
        </div>
      </div>
    </>
  );
}
